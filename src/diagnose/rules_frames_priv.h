/* SPDX-License-Identifier: Apache-2.0
 *
 * Predicates of rules_frames.c, and the patterns that several of its rows share. For src/diagnose only.
 */
#ifndef TUG_DIAGNOSE_RULES_FRAMES_PRIV_H
#define TUG_DIAGNOSE_RULES_FRAMES_PRIV_H

#include "rule_priv.h"

/* Patterns of the rows on faults. */
#define FAULT_OVERFLOW "Stack overflow", "Stacking error", "STACK OVERFLOW"
#define FAULT_OVERFLOW_LAST 2u
#define FAULT_THREAD "Current thread: mcumgr smp", "(mcumgr smp)", "thread: mcumgr smp"
#define FAULT_THREAD_LAST 5u
#define FAULT_SYSWORK "(sysworkq)", "Current thread: sysworkq"
#define FAULT_SYSWORK_LAST 7u

/* Each is the `when` of the row that names it (rule_priv.h). */
bool tug_frames_acl_rx_small(const struct tug_dg_facts *f, struct tug_hit *h);
bool tug_frames_below_minimum(const struct tug_dg_facts *f, struct tug_hit *h);
bool tug_frames_chunk_rejected(const struct tug_dg_facts *f, struct tug_hit *h);
bool tug_frames_fault(const struct tug_dg_facts *f, struct tug_hit *h);
bool tug_frames_insufficient_mtu(const struct tug_dg_facts *f, struct tug_hit *h);
bool tug_frames_mtu_not_changed(const struct tug_dg_facts *f, struct tug_hit *h);
bool tug_frames_netbuf_drops(const struct tug_dg_facts *f, struct tug_hit *h);
bool tug_frames_null_fault(const struct tug_dg_facts *f, struct tug_hit *h);
bool tug_frames_params_without_reassembly(const struct tug_dg_facts *f, struct tug_hit *h);
bool tug_frames_responses_lost(const struct tug_dg_facts *f, struct tug_hit *h);
bool tug_frames_sar_small(const struct tug_dg_facts *f, struct tug_hit *h);
bool tug_frames_smp_overflow(const struct tug_dg_facts *f, struct tug_hit *h);
bool tug_frames_two_clients(const struct tug_dg_facts *f, struct tug_hit *h);
bool tug_frames_uart_mtu(const struct tug_dg_facts *f, struct tug_hit *h);
bool tug_frames_uart_shared(const struct tug_dg_facts *f, struct tug_hit *h);
bool tug_frames_udp_too_large(const struct tug_dg_facts *f, struct tug_hit *h);
bool tug_frames_udp_user_data(const struct tug_dg_facts *f, struct tug_hit *h);
bool tug_frames_version_rejected(const struct tug_dg_facts *f, struct tug_hit *h);
bool tug_frames_window_too_wide(const struct tug_dg_facts *f, struct tug_hit *h);

#endif
