# SPDX-License-Identifier: Apache-2.0
if(TARGET tug_transport AND TARGET PkgConfig::LIBSYSTEMD)
  tug_test(ble_link SOURCES ${CMAKE_CURRENT_LIST_DIR}/link.c ${CMAKE_CURRENT_LIST_DIR}/fake_bluez.c
    LIBS tug_transport PkgConfig::LIBSYSTEMD LABELS unit)
  tug_test(ble_parts SOURCES ${CMAKE_CURRENT_LIST_DIR}/parts.c LIBS tug_transport PkgConfig::LIBSYSTEMD LABELS unit)
  foreach(test ble_link ble_parts)
    target_compile_definitions(${test} PRIVATE _GNU_SOURCE)
  endforeach()
  if(TARGET tug)
    find_package(Python3 REQUIRED COMPONENTS Interpreter)
    add_executable(ble_relay ${CMAKE_CURRENT_LIST_DIR}/relay.c ${CMAKE_CURRENT_LIST_DIR}/fake_bluez.c)
    target_include_directories(ble_relay PRIVATE ${PROJECT_SOURCE_DIR})
    target_compile_definitions(ble_relay PRIVATE _GNU_SOURCE)
    target_link_libraries(ble_relay PRIVATE tug_transport PkgConfig::LIBSYSTEMD tug_flags)
    add_test(NAME ble_update
      COMMAND ${CMAKE_COMMAND} -E env TUG=$<TARGET_FILE:tug> RELAY=$<TARGET_FILE:ble_relay>
        TESTS_CLI=${PROJECT_SOURCE_DIR}/tests/cli ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/test_ble.py)
    set_tests_properties(ble_update PROPERTIES LABELS cli TIMEOUT 600)
  endif()
endif()
