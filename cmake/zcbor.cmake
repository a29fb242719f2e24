# SPDX-License-Identifier: Apache-2.0
# zcbor's C runtime, pinned: fetched by tools/bootstrap, or given with -DZCBOR_DIR=... Own target, without -Werror.
set(ZCBOR_DIR ${PROJECT_SOURCE_DIR}/build/deps/zcbor-0.9.1 CACHE PATH "Folder of zcbor's sources (include/, src/)")
if(NOT EXISTS ${ZCBOR_DIR}/src/zcbor_decode.c)
  message(FATAL_ERROR "zcbor's C sources are not in ${ZCBOR_DIR}.\n"
    "Run tools/bootstrap once (it downloads the pinned version), or give -DZCBOR_DIR=FOLDER.")
endif()
add_library(zcbor STATIC ${ZCBOR_DIR}/src/zcbor_common.c ${ZCBOR_DIR}/src/zcbor_decode.c ${ZCBOR_DIR}/src/zcbor_encode.c)
target_include_directories(zcbor SYSTEM PUBLIC ${ZCBOR_DIR}/include)
