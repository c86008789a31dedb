// Calls Python as the add-in's VBA does: xlwings' DLL starts it, CallUDF is looked up by its name.
//
//   windows_caller.exe DLL COMMAND CALLS
//
// COMMAND is a file with what XLPyCommand of xlwings.bas builds; CALLS has a line a call: the
// function's name, then its arguments as tokens with tabs between. For each a line goes out: the
// microseconds that it took, then its value as tokens, or ! and why there is none. Tokens:
//
//   n<16 hex digits>  a double's bits          t<text>  \t \n \r and the backslash escaped
//   b0 b1             FALSE, TRUE              x2042    an error of cells
//   d<as n>           a date                   e        Empty
//   m                 an argument left out     r        by reference: what follows
//   v<n>              n values in one row      a<n>x<m> n rows of m values follow
//
// A line that begins with # is an order: #end ends the Python that was started, as a task manager
// does. Python is asked for before every call, and after a failure forgotten once and asked for
// anew, as `Asked` and `Python` of HedgeBridge do.
#include <windows.h>
#include <oleauto.h>
#include <tlhelp32.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>
#include <string>
#include <vector>

using Activate = short(WINAPI *)(VARIANT *, const char *, int);
using Tokens = std::vector<std::string>;

static const long kMissing = 0x80020004, kCellError = 0x800A0000;
static const int kStart = 1, kForget = -1;

static std::wstring Wide(const std::string &text) {
  std::wstring wide(text.size(), 0);  // never longer than its UTF-8
  wide.resize(MultiByteToWideChar(CP_UTF8, 0, text.data(), text.size(), wide.data(), wide.size()));
  return wide;
}

static std::string Narrow(const wchar_t *wide, int size) {
  std::string text(3 * size, 0);
  text.resize(WideCharToMultiByte(CP_UTF8, 0, wide, size, text.data(), text.size(), nullptr, nullptr));
  return text;
}

static std::string Escaped(const std::string &text) {
  std::string out;
  for (char c : text) {
    if (c == '\t') out += "\\t";
    else if (c == '\n') out += "\\n";
    else if (c == '\r') out += "\\r";
    else if (c == '\\') out += "\\\\";
    else out += c;
  }
  return out;
}

static std::string Plain(const std::string &text) {
  std::string out;
  for (size_t at = 0; at < text.size(); at++) {
    if (text[at] != '\\') { out += text[at]; continue; }
    char c = text[++at];
    out += c == 't' ? '\t' : c == 'n' ? '\n' : c == 'r' ? '\r' : c;
  }
  return out;
}

// ------------------------------------------------------------------ tokens to VARIANTs, and back

static VARIANT Read(const Tokens &tokens, size_t &at);

static VARIANT Grid(const Tokens &tokens, size_t &at, ULONG rows, ULONG columns, LONG first, int dims) {
  SAFEARRAYBOUND bounds[2] = {{rows, first}, {columns, first}};
  if (dims == 1) bounds[0] = bounds[1];
  VARIANT grid;
  VariantInit(&grid);
  grid.vt = VT_ARRAY | VT_VARIANT;
  grid.parray = SafeArrayCreate(VT_VARIANT, dims, bounds);
  VARIANT *cells;
  SafeArrayAccessData(grid.parray, reinterpret_cast<void **>(&cells));
  for (ULONG row = 0; row < rows; row++)  // in memory column by column
    for (ULONG column = 0; column < columns; column++) cells[column * rows + row] = Read(tokens, at);
  SafeArrayUnaccessData(grid.parray);
  return grid;
}

static double Bits(const std::string &token) {
  uint64_t bits = std::strtoull(token.c_str() + 1, nullptr, 16);
  double value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

static VARIANT Read(const Tokens &tokens, size_t &at) {
  if (at >= tokens.size()) {
    std::fprintf(stderr, "a call ends too early: %s\n", tokens[0].c_str());
    std::exit(2);
  }
  const std::string &token = tokens[at++];
  const char *rest = token.c_str() + 1;
  VARIANT it;
  VariantInit(&it);
  switch (token[0]) {
    case 'n': it.vt = VT_R8; it.dblVal = Bits(token); break;
    case 'd': it.vt = VT_DATE; it.date = Bits(token); break;
    case 'b': it.vt = VT_BOOL; it.boolVal = *rest == '1' ? VARIANT_TRUE : VARIANT_FALSE; break;
    case 'x': it.vt = VT_ERROR; it.scode = kCellError | std::atol(rest); break;
    case 'm': it.vt = VT_ERROR; it.scode = kMissing; break;
    case 'e': break;
    case 't': {
      std::wstring wide = Wide(Plain(rest));
      it.vt = VT_BSTR;
      it.bstrVal = SysAllocStringLen(wide.data(), wide.size());
      break;
    }
    case 'r': {
      VARIANT *there = new VARIANT(Read(tokens, at));  // kept: a call may hold on to it
      it.vt = VT_BYREF | VT_VARIANT;
      it.pvarVal = there;
      break;
    }
    case 'v': return Grid(tokens, at, 1, std::strtoul(rest, nullptr, 10), 1, 1);
    case 'a': {
      char *across;
      ULONG rows = std::strtoul(rest, &across, 10);
      return Grid(tokens, at, rows, std::strtoul(across + 1, nullptr, 10), 1, 2);
    }
    default:
      std::fprintf(stderr, "no such token: %s\n", token.c_str());
      std::exit(2);
  }
  return it;
}

static std::string Written(char kind, double value) {
  uint64_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  char text[20];
  std::snprintf(text, sizeof text, "%c%08lx%08lx", kind, static_cast<unsigned long>(bits >> 32),
                static_cast<unsigned long>(bits & 0xffffffff));
  return text;
}

static std::string Written(const VARIANT &it) {
  if (it.vt == (VT_ARRAY | VT_VARIANT)) {
    LONG low, high, dims = SafeArrayGetDim(it.parray);
    SafeArrayGetLBound(it.parray, 1, &low);
    SafeArrayGetUBound(it.parray, 1, &high);
    ULONG rows = high - low + 1, columns = 1;
    std::string out = "v" + std::to_string(rows);
    if (dims == 2) {
      SafeArrayGetLBound(it.parray, 2, &low);
      SafeArrayGetUBound(it.parray, 2, &high);
      columns = high - low + 1;
      out = "a" + std::to_string(rows) + "x" + std::to_string(columns);
    }
    VARIANT *cells;
    SafeArrayAccessData(it.parray, reinterpret_cast<void **>(&cells));
    for (ULONG row = 0; row < rows; row++)
      for (ULONG column = 0; column < columns; column++)
        out += "\t" + Written(cells[column * rows + row]);
    SafeArrayUnaccessData(it.parray);
    return out;
  }
  switch (it.vt) {
    case VT_R8: return Written('n', it.dblVal);
    case VT_DATE: return Written('d', it.date);
    case VT_BOOL: return it.boolVal ? "b1" : "b0";
    case VT_BSTR: return "t" + Escaped(Narrow(it.bstrVal, SysStringLen(it.bstrVal)));
    case VT_EMPTY: return "e";
    case VT_ERROR: return "x" + std::to_string(it.scode & 0xffff);
    default: return "?" + std::to_string(it.vt);
  }
}

// ---------------------------------------------------------------------------------------- Python

static Activate activate;
static std::string command;

// XLPy and KillPy of xlwings.bas: why it failed, or an empty text.
static std::string Asked(int mode, VARIANT *answer) {
  VariantInit(answer);
  if (activate(answer, command.c_str(), mode) == 0) return "";
  return answer->vt == VT_BSTR ? Narrow(answer->bstrVal, SysStringLen(answer->bstrVal)) : "no reason";
}

static IDispatch *Python(std::string *why) {
  VARIANT answer;
  *why = Asked(kStart, &answer);
  if (!why->empty()) {
    VARIANT nothing;
    std::string forgotten = Asked(kForget, &nothing), anew = Asked(kStart, &answer);
    if (!anew.empty()) {
      *why += " | forgotten: " + forgotten + " | anew: " + anew;
      return nullptr;
    }
    *why = "";
  }
  return answer.vt & VT_BYREF ? *answer.ppdispVal : answer.pdispVal;
}

static std::string Called(const std::string &line) {
  Tokens tokens;
  std::stringstream rest(line);
  for (std::string token; std::getline(rest, token, '\t');) tokens.push_back(token);
  size_t at = 1;
  std::vector<VARIANT> arguments;
  while (at < tokens.size()) arguments.push_back(Read(tokens, at));
  LARGE_INTEGER tick, before, after;
  QueryPerformanceFrequency(&tick);
  QueryPerformanceCounter(&before);
  std::string why;
  IDispatch *python = Python(&why);
  if (!python) return "0\t!" + Escaped(why);
  VARIANT given[3], answer;
  VariantInit(&answer);
  std::wstring module = L"xlhedge.hosts.addin_udfs", name = Wide(tokens[0]);
  VariantInit(&given[0]);  // the last argument comes first
  given[0].vt = VT_ARRAY | VT_VARIANT;
  given[0].parray = SafeArrayCreateVector(VT_VARIANT, 0, arguments.size());
  VARIANT *places;
  SafeArrayAccessData(given[0].parray, reinterpret_cast<void **>(&places));
  std::memcpy(places, arguments.data(), arguments.size() * sizeof(VARIANT));
  SafeArrayUnaccessData(given[0].parray);
  for (int place : {1, 2}) VariantInit(&given[place]), given[place].vt = VT_BSTR;
  given[1].bstrVal = SysAllocString(name.c_str());
  given[2].bstrVal = SysAllocString(module.c_str());
  DISPPARAMS all = {given, nullptr, 3, 0};
  OLECHAR call_udf[] = L"CallUDF", *method = call_udf;
  DISPID id;
  EXCEPINFO said = {};
  HRESULT done = python->GetIDsOfNames(IID_NULL, &method, 1, LOCALE_USER_DEFAULT, &id);
  if (done == S_OK)
    done = python->Invoke(id, IID_NULL, LOCALE_USER_DEFAULT, DISPATCH_METHOD, &all, &answer, &said,
                          nullptr);
  QueryPerformanceCounter(&after);
  std::string out = std::to_string((after.QuadPart - before.QuadPart) * 1000000 / tick.QuadPart);
  if (done != S_OK) {
    char number[20];
    std::snprintf(number, sizeof number, "%08lx ", static_cast<unsigned long>(done));
    std::string text = said.bstrDescription
                           ? Narrow(said.bstrDescription, SysStringLen(said.bstrDescription)) : "";
    out += "\t!" + std::string(number) + Escaped(text);
  } else {
    out += "\t" + Written(answer);
  }
  VariantClear(&answer);
  for (VARIANT &one : given) VariantClear(&one);
  return out;
}

// Ends the python.exe that this process, or what it started, started.
static std::string Ended() {
  std::map<DWORD, DWORD> parents;
  std::vector<DWORD> pythons;
  HANDLE all = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
  PROCESSENTRY32 each = {};
  each.dwSize = sizeof each;
  for (BOOL more = Process32First(all, &each); more; more = Process32Next(all, &each)) {
    parents[each.th32ProcessID] = each.th32ParentProcessID;
    if (_stricmp(each.szExeFile, "python.exe") == 0) pythons.push_back(each.th32ProcessID);
  }
  CloseHandle(all);
  int ended = 0;
  for (DWORD python : pythons) {
    DWORD above = python;
    for (int steps = 0; steps < 9 && above && above != GetCurrentProcessId(); steps++)
      above = parents.count(above) ? parents[above] : 0;
    if (above != GetCurrentProcessId()) continue;
    HANDLE process = OpenProcess(PROCESS_TERMINATE | SYNCHRONIZE, FALSE, python);
    if (!process) continue;
    ended += TerminateProcess(process, 1) != 0;
    WaitForSingleObject(process, 10000);
    CloseHandle(process);
  }
  return "0\tt" + std::to_string(ended);
}

int main(int count, char **arguments) {
  if (count != 4) return 2;
  setvbuf(stdout, nullptr, _IONBF, 0);
  CoInitialize(nullptr);
  HMODULE dll = LoadLibraryA(arguments[1]);
  if (dll) activate = reinterpret_cast<Activate>(reinterpret_cast<void *>(
      GetProcAddress(dll, "XLPyDLLActivateAuto")));
  if (!activate) {
    std::fprintf(stderr, "%s: not to be loaded, error %lu\n", arguments[1], GetLastError());
    return 1;
  }
  std::ifstream file(arguments[2], std::ios::binary);
  command.assign(std::istreambuf_iterator<char>(file), {});
  std::ifstream calls(arguments[3], std::ios::binary);
  for (std::string line; std::getline(calls, line);) {
    std::string answer = (line == "#end" ? Ended() : Called(line)) + "\n";
    std::fwrite(answer.data(), 1, answer.size(), stdout);
  }
  VARIANT nothing;
  Asked(kForget, &nothing);
  return 0;
}
