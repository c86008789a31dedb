"""The VBA that all functions of our Excel add-in have in common."""

from __future__ import annotations

__all__ = ["BRIDGE", "ERROR_MARK"]

ERROR_MARK = "#XLERR"
"""What the text of an error begins with; four digits, ``|`` and the message follow."""

BRIDGE = """\
Option Explicit
Option Private Module

' Written by xlhedge: between the functions in cells and Python.

' Messages of errors, by the cell that shows them, each a text of four parts with tabs between: the
' cell, who put it there, the error's number, the message.
Private kept As Collection
Private room As Long
Private Const MOST_KEPT As Long = 1000
Private Const MOST_KEPT_OF_A_CALL As Long = 200
Private Const NOT_CUT As Long = 100000000

' Python was not to be had: what was said, and when to try again.
Private retryAt As Date
Private refusal As String

Public Function HedgeArguments(ParamArray given() As Variant) As Variant
    ' Ranges that reach the end of a sheet, such as A:A, are cut at the last row and column used, in
    ' all arguments the same: two whole columns stay as long as each other.
    Dim taken() As Variant, place As Long, lastRow As Long, lastColumn As Long
    ReDim taken(0 To UBound(given))
    lastRow = 1
    lastColumn = 1
    For place = 0 To UBound(given)
        If IsObject(given(place)) Then Measure given(place), lastRow, lastColumn
    Next place
    For place = 0 To UBound(given)
        taken(place) = HedgeArgument(lastRow, lastColumn, given(place))
    Next place
    HedgeArguments = taken
End Function

Private Sub Measure(given As Variant, lastRow As Long, lastColumn As Long)
    Dim used As Object, last As Long
    On Error GoTo unreadable
    Set used = given.Worksheet.UsedRange
    last = used.Row + used.Rows.Count - 1
    If last > lastRow Then lastRow = last
    last = used.Column + used.Columns.Count - 1
    If last > lastColumn Then lastColumn = last
    Exit Sub
unreadable:
    lastRow = NOT_CUT
    lastColumn = NOT_CUT
End Sub

Private Function HedgeArgument(lastRow As Long, lastColumn As Long, _
        Optional given As Variant) As Variant
    ' Value2, or dates would arrive as date-times and currency with four decimals.
    Dim down As Long, across As Long
    On Error GoTo unreadable
    If IsMissing(given) Then
        HedgeArgument = Empty
    ElseIf Not IsObject(given) Then
        HedgeArgument = given
    ElseIf given.Areas.Count > 1 Then
        HedgeArgument = CVErr(2015)
    Else
        down = Extent(given.Row, given.Rows.Count, given.Worksheet.Rows.Count, lastRow)
        across = Extent(given.Column, given.Columns.Count, given.Worksheet.Columns.Count, _
            lastColumn)
        HedgeArgument = given.Resize(down, across).Value2
    End If
    Exit Function
unreadable:
    HedgeArgument = CVErr(2015)
End Function

Private Function Extent(first As Long, count As Long, most As Long, last As Long) As Long
    ' How many rows or columns of a range are read: all, but where it reaches the end of the sheet.
    Extent = count
    If first + count - 1 < most Then Exit Function
    If last < most Then Extent = last - first + 1
    If Extent < 1 Then Extent = 1
End Function

Public Function HedgeCall(functionName As String, arguments As Variant) As Variant
    Dim answer As Variant, cell As Object, down As Long, across As Long
    Dim owner As String, passedOn As Boolean, argument As Variant
    answer = Asked(functionName, arguments)
    Set cell = CallingCell()
    If Not cell Is Nothing Then owner = cell.Address(External:=True) & " " & functionName
    Forget owner
    For Each argument In arguments
        If IsError(argument) Then passedOn = True
    Next argument
    room = MOST_KEPT_OF_A_CALL
    Select Case Dimensions(answer)
    Case 0
        answer = Shown(answer, cell, 0, 0, owner, passedOn)
    Case 1
        For across = LBound(answer) To UBound(answer)
            answer(across) = Shown(answer(across), cell, _
                0, across - LBound(answer), owner, passedOn)
        Next across
    Case Else
        For down = LBound(answer, 1) To UBound(answer, 1)
            For across = LBound(answer, 2) To UBound(answer, 2)
                answer(down, across) = Shown(answer(down, across), cell, _
                    down - LBound(answer, 1), across - LBound(answer, 2), owner, passedOn)
            Next across
        Next down
    End Select
    HedgeCall = answer
End Function

Public Function HedgeExplained(cell As Variant, functionName As String, _
        arguments As Variant) As Variant
    ' The kept message of a cell that holds an error of ours; else what Python says, always a text.
    Dim answer As Variant
    answer = Message(cell)
    If answer = "" Then answer = Asked(functionName, arguments)
    If Left$(answer, 6) = "{mark}" Then answer = Mid$(answer, 12)
    HedgeExplained = answer
End Function

Private Function Asked(functionName As String, arguments As Variant) As Variant
    ' What Python answers. No workbook goes with the call: xlwings would look for code in it.
    Dim reached As Object
    If Now < retryAt Then
        ' Each try may take seconds, and a workbook has thousands of cells.
        Asked = refusal
        Exit Function
    End If
    KeepPythonSafe
    On Error GoTo unreachable
    AskFullPaths
    Set reached = Python()
    On Error GoTo failed
    Asked = reached.CallUDF("{python}", functionName, arguments)
    Exit Function
unreachable:
    refusal = Unanswered(Err.Description)
    Asked = refusal
    retryAt = Now + TimeSerial(0, 0, 5)
    Exit Function
failed:
    Asked = Unanswered(Err.Description)
End Function

Private Function Python() As Object
    On Error GoTo again
    Set Python = XLPy
    Exit Function
again:
    Resume anew
anew:
    ' A Python that was ended is still remembered; forgotten, it is started anew.
    On Error GoTo 0
    KillPy
    Set Python = XLPy
End Function

Private Sub KeepPythonSafe()
    ' Python starts in Excel's current folder, where a mailed workbook may lie beside an xlwings.py
    ' of its own: this has Python not look there. It stays set, as xlwings starts Python anew.
    Static done As Boolean
    If done Then Exit Sub
    done = True
    On Error Resume Next
    CreateObject("WScript.Shell").Environment("PROCESS").Item("PYTHONSAFEPATH") = "1"
End Sub

Private Sub AskFullPaths()
    ' Without them cmd.exe, Windows and Python would look for what they run in Excel's current
    ' folder, where a mailed workbook may lie beside a pythonw.bat of its own.
    Static known As Boolean
    Dim paths As String, path As Variant
    If known Then Exit Sub
    paths = GetConfig("INTERPRETER_WIN") & ";" & GetConfig("PYTHONPATH")
    For Each path In Split(paths, ";")
        If Not IsFull(CStr(path)) Then
            Err.Raise 1000, , "xlhedge.conf does not say where Python and xlhedge are"
        End If
    Next path
    known = True
End Sub

Private Function IsFull(path As String) As Boolean
    Dim start As String
    start = Replace(Left$(path, 3), Chr$(92), "/")
    IsFull = Mid$(start, 2) = ":/" Or Left$(start, 2) = "//"
End Function

Private Function Unanswered(ByVal why As String) As String
    why = Trim$(Replace(Replace(why, vbCr, " "), vbLf, " "))
    If Len(why) > 300 Then why = "..." & Right$(why, 300)
    Unanswered = "{mark}2015|Python did not answer. In a terminal, xlhedge excel status says " & _
        "what is wrong and how to mend it. (" & why & ")"
End Function

Private Function Dimensions(value As Variant) As Long
    Dim last As Long
    If Not IsArray(value) Then Exit Function
    Dimensions = 1
    On Error GoTo one
    last = UBound(value, 2)
    Dimensions = 2
one:
End Function

Private Function Shown(value As Variant, cell As Object, down As Long, across As Long, _
        owner As String, passedOn As Boolean) As Variant
    ' A value as it is; the text of an error as the error.
    If VarType(value) <> vbString Then
        Shown = value
    ElseIf Left$(value, 6) <> "{mark}" Then
        Shown = value
    Else
        Shown = CVErr(CLng(Mid$(value, 7, 4)))
        If Not cell Is Nothing And room > 0 Then
            room = room - 1
            Keep cell.Offset(down, across).Address(External:=True), owner, value, passedOn
        End If
    End If
End Function

Private Function CallingCell() As Object
    ' The first cell of the formula; nothing where no cell is calling.
    On Error GoTo none
    If TypeName(Application.Caller) = "Range" Then Set CallingCell = Application.Caller.Cells(1, 1)
none:
End Function

Private Sub Keep(cell As String, owner As String, value As Variant, passedOn As Boolean)
    Dim number As String, old As String
    number = Mid$(value, 7, 4)
    old = Entry(cell)
    If old <> "" Then
        ' Of two of our functions in one formula the inner one knows the reason.
        If passedOn And Split(old, vbTab)(2) = number Then Exit Sub
        kept.Remove cell
    End If
    If kept.Count >= MOST_KEPT Then kept.Remove 1
    kept.Add cell & vbTab & owner & vbTab & number & vbTab & Mid$(value, 12), cell
End Sub

Private Sub Forget(owner As String)
    Dim one As Variant, gone As Collection, mark As String
    If kept Is Nothing Then Set kept = New Collection
    If owner = "" Or kept.Count = 0 Then Exit Sub
    Set gone = New Collection
    mark = vbTab & owner & vbTab
    For Each one In kept
        If InStr(one, mark) > 0 Then gone.Add Split(one, vbTab)(0)
    Next one
    For Each one In gone
        kept.Remove CStr(one)
    Next one
End Sub

Private Function Entry(cell As String) As String
    ' An empty text where nothing is kept.
    On Error GoTo none
    Entry = kept.Item(cell)
none:
End Function

Private Function Message(cell As Variant) As String
    Dim found As String, seen As String, parts As Variant
    On Error GoTo none
    If Not IsObject(cell) Then Exit Function
    If cell.Cells.Count <> 1 Then Exit Function
    seen = CStr(cell.Value2)
    found = Entry(cell.Address(External:=True))
    If found = "" Then Exit Function
    parts = Split(found, vbTab, 4)
    ' Another formula may stand there by now.
    If seen = CStr(CVErr(CLng(parts(2)))) Then Message = parts(3)
none:
End Function
"""
"""The module HedgeBridge: ``{python}`` and ``{mark}`` stand for what `wrappers` fills in."""
