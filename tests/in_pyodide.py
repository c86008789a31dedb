"""What runs inside Pyodide, as xlwings Lite runs a workbook's main.py: see test_lite."""

import json
import sys
import time
import types

JOB = json.loads(JOB_TEXT)  # noqa: F821  # put in front of this file
sys.path[:0] = JOB["folders"]
sys.modules["xlwings.pro"] = None  # Lite's own runtime, which is not ours to use

import xlwings  # noqa: E402

main = types.ModuleType("main")
exec(JOB["main.py"], vars(main))  # noqa: S102  # as Lite does


def answered(name, arguments):
    try:
        return getattr(main, name)(*arguments)
    except Exception as error:  # noqa: BLE001  # told to the test
        return {"raised": repr(error)}


answers = [answered(name, arguments) for name, arguments in JOB["calls"]]
began = time.perf_counter()
for name, arguments in JOB["calls"]:
    answered(name, arguments)
seconds = time.perf_counter() - began

import com  # noqa: E402  # the core of xlhedge is there now

com.windows()
from xlhedge.hosts.lite_functions import lite_functions  # noqa: E402

described = types.SimpleNamespace(**lite_functions(xlwings.func, xlwings.arg))
known = com.registered(described)
said = json.dumps(
    {
        "answers": answers,
        "seconds": seconds,
        "from": sys.modules["xlhedge"].__file__,
        "pro": sorted(name for name in sys.modules if name.startswith("xlwings.pro.")),
        "python": sys.version,
        "described": {
            name: {
                "doc": udf["ret"]["doc"],
                "arguments": [
                    [each["name"], each["doc"], each["options"], "optional" in each]
                    for each in udf["args"]
                ],
            }
            for name, udf in known.items()
        },
    }
)
