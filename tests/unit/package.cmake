# SPDX-License-Identifier: Apache-2.0
# Update packages: reading what others made, making what others read.
if(TARGET tug_package)
  find_package(PkgConfig REQUIRED)
  pkg_check_modules(LIBZIP REQUIRED IMPORTED_TARGET libzip)
  foreach(t read make)
    tug_test(test_package_${t} SOURCES ${CMAKE_CURRENT_LIST_DIR}/package_${t}.c ${CMAKE_CURRENT_LIST_DIR}/package_zip.c
      LIBS tug_package PkgConfig::LIBZIP)
    target_compile_definitions(test_package_${t} PRIVATE _POSIX_C_SOURCE=200809L)
  endforeach()
endif()
