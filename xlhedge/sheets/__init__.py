"""The sheets that people see, in the template and in the report."""
