# SPDX-License-Identifier: Apache-2.0
# Real peers. Each test skips loudly (exit 77) when its peer could not be fetched.
if(TARGET tug)
  # The Zephyr server binds every address of port 1337, smpmgr knows no other port: one at a time.
  foreach(name imgtool_update smpmgr mcumgrctl zephyr_native zephyr_mcuboot zephyr_recovery)
    add_test(NAME interop_${name}
      COMMAND /usr/bin/python3 ${CMAKE_CURRENT_LIST_DIR}/test_${name}.py $<TARGET_FILE:tug> ${PROJECT_SOURCE_DIR}/build)
    set_tests_properties(interop_${name} PROPERTIES LABELS interop SKIP_RETURN_CODE 77 TIMEOUT 900
      RESOURCE_LOCK udp-port-1337)
  endforeach()
endif()
