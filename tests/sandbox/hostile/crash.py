# An end by a broken interpreter.
import ctypes

ctypes.string_at(0)
