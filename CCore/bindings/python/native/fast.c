/* The module martlet._fast: what a request passes through, where each crossing into Python counts. It shares its
 * file with martlet._native, which cffi writes. */
#include "fast.h"

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "martlet._fast", .m_size = -1};

PyMODINIT_FUNC PyInit__fast(void) {
  return PyModule_Create(&definition);
}
