# find_package(martlet) gives martlet::martlet, the shared library, and martlet::static, the archive. The archive needs
# libevent_core where it is linked: without that library there is no martlet::static, and asking for it by
# find_package(martlet REQUIRED COMPONENTS static) says so.

# From where this file lies, so that an installed folder may be moved; through links, as /lib may be one to /usr/lib.
get_filename_component(martlet_PREFIX "${CMAKE_CURRENT_LIST_DIR}/../../.." REALPATH)

include(CMakeFindDependencyMacro)
find_dependency(Threads)

if(NOT TARGET martlet::martlet)
  if(APPLE)
    set(martlet_SHARED libmartlet.0.dylib)
    set(martlet_SONAME @rpath/libmartlet.0.dylib)
  else()
    set(martlet_SHARED libmartlet.so.0)
    set(martlet_SONAME libmartlet.so.0)
  endif()
  add_library(martlet::martlet SHARED IMPORTED)
  set_target_properties(martlet::martlet PROPERTIES
    IMPORTED_LOCATION "${martlet_PREFIX}/lib/${martlet_SHARED}"
    IMPORTED_SONAME "${martlet_SONAME}"
    INTERFACE_INCLUDE_DIRECTORIES "${martlet_PREFIX}/include")
endif()

find_library(martlet_EVENT_CORE event_core DOC "libevent_core, which martlet::static needs")
mark_as_advanced(martlet_EVENT_CORE)
if(martlet_EVENT_CORE AND NOT TARGET martlet::static)
  add_library(martlet::static STATIC IMPORTED)
  set_target_properties(martlet::static PROPERTIES
    IMPORTED_LOCATION "${martlet_PREFIX}/lib/libmartlet.a"
    INTERFACE_INCLUDE_DIRECTORIES "${martlet_PREFIX}/include"
    INTERFACE_LINK_LIBRARIES "${martlet_EVENT_CORE};Threads::Threads")
endif()

set(martlet_static_FOUND ${martlet_EVENT_CORE})
set(martlet_shared_FOUND TRUE)
foreach(martlet_WANTED IN LISTS martlet_FIND_COMPONENTS)
  if(martlet_FIND_REQUIRED_${martlet_WANTED} AND NOT martlet_${martlet_WANTED}_FOUND)
    set(martlet_FOUND FALSE)
    set(martlet_NOT_FOUND_MESSAGE
      "martlet has the components shared and static; static needs libevent_core (Debian: libevent-dev). Not found: ${martlet_WANTED}")
  endif()
endforeach()
