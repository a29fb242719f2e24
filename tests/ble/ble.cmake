# SPDX-License-Identifier: Apache-2.0
if(TARGET tug_transport AND TARGET PkgConfig::LIBSYSTEMD)
  tug_test(ble_link SOURCES ${CMAKE_CURRENT_LIST_DIR}/link.c ${CMAKE_CURRENT_LIST_DIR}/fake_bluez.c
    LIBS tug_transport PkgConfig::LIBSYSTEMD LABELS unit)
  tug_test(ble_parts SOURCES ${CMAKE_CURRENT_LIST_DIR}/parts.c LIBS tug_transport PkgConfig::LIBSYSTEMD LABELS unit)
  foreach(test ble_link ble_parts)
    target_compile_definitions(${test} PRIVATE _GNU_SOURCE)
  endforeach()
endif()
