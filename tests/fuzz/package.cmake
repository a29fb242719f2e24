# SPDX-License-Identifier: Apache-2.0
# Update packages: zip and manifest.
if(TARGET tug_package)
  find_package(PkgConfig REQUIRED)
  pkg_check_modules(LIBZIP REQUIRED IMPORTED_TARGET libzip)
  tug_fuzzer(package SOURCES ${CMAKE_CURRENT_LIST_DIR}/fuzz_package.c LIBS tug_package PkgConfig::LIBZIP)
endif()
