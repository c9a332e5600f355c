#ifndef MARTLET_PYTHON_FAST_H
#define MARTLET_PYTHON_FAST_H

#define Py_LIMITED_API 0x03090000
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <martlet.h>

#endif
