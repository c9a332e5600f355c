// The seam between the API and what runs it. An engine is a module that offers the same `Core…` types; only the import
// below changes with it, exported to the other files here and, being `package` throughout, to nobody else.
// Everything else in this module is the same on every engine.
@_exported import MartletEngine

#if CCore
    @_exported import MartletCore
#else
    @_exported import MartletPure
#endif
