# SPDX-License-Identifier: Apache-2.0
if(TARGET tug_port_sim AND TARGET tug_port_template AND TARGET tug_crypto_openssl)
  tug_test(contract_ports SOURCES ${CMAKE_CURRENT_LIST_DIR}/contract.c ${CMAKE_CURRENT_LIST_DIR}/flash_contract.c
    ${CMAKE_CURRENT_LIST_DIR}/crypto_contract.c ${CMAKE_CURRENT_LIST_DIR}/enc_contract.c
    LIBS tug_port_sim tug_port_template tug_crypto_openssl tug_base)
endif()
