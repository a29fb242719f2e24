# SPDX-License-Identifier: Apache-2.0
# src/base and src/smp.
set(d ${CMAKE_CURRENT_LIST_DIR})
if(TARGET tug_smp_text)
  tug_test(test_base SOURCES ${d}/base.c ${d}/smp_support.c LIBS tug_smp)
  foreach(t header cbor body table vector console raw)
    if(EXISTS ${d}/smp_${t}.c)
      tug_test(test_smp_${t} SOURCES ${d}/smp_${t}.c ${d}/smp_support.c LIBS tug_smp tug_smp_text TIMEOUT 300)
    endif()
  endforeach()
  tug_test(test_smp_scalar SOURCES ${d}/smp_scalar.c ${d}/smp_support.c LIBS tug_smp zcbor)
  add_test(NAME smp_cmds_current COMMAND ${PROJECT_SOURCE_DIR}/tools/gen_smp_cmds --check)
endif()
