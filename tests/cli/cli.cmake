# SPDX-License-Identifier: Apache-2.0
# The real program from outside, the host below it, and the parts that read what people type.
find_package(PkgConfig REQUIRED)
if(TARGET tug)
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
  foreach(name usage device update encrypted file packed kinds package decode doctor install tools)
    add_test(NAME cli_${name}
      COMMAND ${CMAKE_COMMAND} -E env TUG=$<TARGET_FILE:tug> TUG_BUILD=${PROJECT_BINARY_DIR}
        ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/test_${name}.py)
    set_tests_properties(cli_${name} PROPERTIES LABELS cli TIMEOUT 600)
  endforeach()
  # it takes a pty away; another test's new one would get its number
  set_tests_properties(cli_update PROPERTIES RUN_SERIAL ON)
endif()
if(TARGET tug_cli_core)
  tug_test(cli_core SOURCES ${CMAKE_CURRENT_LIST_DIR}/core_test.c LIBS tug_cli_core LABELS cli)
  target_include_directories(cli_core PRIVATE ${PROJECT_SOURCE_DIR}/src/cli)
  foreach(name decode cli_args json_cbor)
    tug_fuzzer(${name} SOURCES ${PROJECT_SOURCE_DIR}/tests/fuzz/fuzz_${name}.c LIBS tug_cli_core)
    if(TUG_FUZZ)
      target_include_directories(fuzz_${name} PRIVATE ${PROJECT_SOURCE_DIR}/src/cli)
    else()
      target_include_directories(replay_${name} PRIVATE ${PROJECT_SOURCE_DIR}/src/cli)
    endif()
  endforeach()
endif()
if(TARGET tug_host AND TARGET tug_vdev AND TARGET tug_imgtool)
  pkg_check_modules(LIBUV REQUIRED IMPORTED_TARGET libuv)
  tug_test(host SOURCES ${CMAKE_CURRENT_LIST_DIR}/host_test.c
    LIBS tug_host tug_vdev tug_imgtool tug_crypto_openssl PkgConfig::LIBUV LABELS cli)
  target_compile_definitions(host PRIVATE _POSIX_C_SOURCE=200809L)
endif()
