"""What runs inside Pyodide, as xlwings Lite runs a workbook's main.py: see test_lite."""

import json
import sys
import time
import types


def answers_of(job):
    """All answers and what xlwings describes, as JSON.

    Args:
        job: the folders to import from, the text of main.py, and the calls.
    """
    sys.path[:0] = job["folders"]
    sys.modules["xlwings.pro"] = None  # Lite's own runtime, which is not ours to use
    import xlwings

    main = types.ModuleType("main")
    exec(job["main.py"], vars(main))  # noqa: S102  # as Lite does
    answers = [_answered(main, *call) for call in job["calls"]]
    began = time.perf_counter()
    for call in job["calls"]:
        _answered(main, *call)
    seconds = time.perf_counter() - began

    import com  # the core of xlhedge is there now

    com.windows()
    from xlhedge.hosts.lite_functions import lite_functions

    known = com.registered(types.SimpleNamespace(**lite_functions(xlwings.func, xlwings.arg)))
    return json.dumps(
        {
            "answers": answers,
            "seconds": seconds,
            "from": sys.modules["xlhedge"].__file__,
            "pro": sorted(name for name in sys.modules if name.startswith("xlwings.pro.")),
            "described": {name: _described(udf) for name, udf in known.items()},
        }
    )


def _answered(main, name, arguments):
    try:
        return getattr(main, name)(*arguments)
    except Exception as error:  # noqa: BLE001  # told to the test
        return {"raised": repr(error)}


def _described(udf):
    arguments = [
        [each["name"], each["doc"], each["options"], "optional" in each] for each in udf["args"]
    ]
    return {"doc": udf["ret"]["doc"], "arguments": arguments}
