# SPDX-License-Identifier: Apache-2.0
# Size of the boot core on a Cortex-M4; says loudly when there is no cross compiler to measure with.
add_custom_target(size-boot COMMAND ${CMAKE_CURRENT_LIST_DIR}/size_boot.sh ${CMAKE_CURRENT_BINARY_DIR}/size-boot
  USES_TERMINAL VERBATIM)
if(TUG_TESTS)
  add_test(NAME bench_size_boot COMMAND ${CMAKE_CURRENT_LIST_DIR}/size_boot.sh ${CMAKE_CURRENT_BINARY_DIR}/size-boot)
  set_tests_properties(bench_size_boot PROPERTIES LABELS bench SKIP_RETURN_CODE 77 TIMEOUT 300)
endif()
