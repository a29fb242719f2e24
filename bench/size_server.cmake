# SPDX-License-Identifier: Apache-2.0
# Size of the device side on a Cortex-M4; says loudly when there is no cross compiler to measure with.
add_custom_target(size-server COMMAND ${CMAKE_COMMAND} -E env ZCBOR_DIR=${ZCBOR_DIR}
  ${CMAKE_CURRENT_LIST_DIR}/size_server.sh ${CMAKE_CURRENT_BINARY_DIR}/size-server USES_TERMINAL VERBATIM)
if(TUG_TESTS)
  add_test(NAME bench_size_server COMMAND ${CMAKE_CURRENT_LIST_DIR}/size_server.sh
    ${CMAKE_CURRENT_BINARY_DIR}/size-server)
  set_tests_properties(bench_size_server PROPERTIES LABELS bench SKIP_RETURN_CODE 77 TIMEOUT 300
    ENVIRONMENT "ZCBOR_DIR=${ZCBOR_DIR}")
endif()
