# SPDX-License-Identifier: Apache-2.0
# Every parser of src/smp.
if(TARGET tug_smp)
  foreach(t header cbor body status console raw)
    tug_fuzzer(smp_${t} SOURCES ${CMAKE_CURRENT_LIST_DIR}/fuzz_smp_${t}.c LIBS tug_smp)
  endforeach()
endif()
