/* SPDX-License-Identifier: Apache-2.0
 *
 * Weak stand-ins, so that readers link while the tracker is being written; whatever is defined elsewhere wins.
 * Goes away with the last of them.
 */
#include "reader_priv.h"

#define STAND_IN(name, ...) \
	__attribute__((weak)) void name(struct tug_diag *d, const struct tug_dg_line *l, ##__VA_ARGS__) \
	{ \
		(void)d; \
		(void)l; \
	}

#pragma GCC diagnostic ignored "-Wunused-parameter"

__attribute__((weak)) void tug_dg_frame(struct tug_diag *d, const struct tug_dg_frame *f)
{
	(void)d;
	(void)f;
}

__attribute__((weak)) bool tug_dg_cbor_of_json(const struct tug_smp_hdr *h, struct tug_slice json, struct tug_buf *out)
{
	return false;
}

STAND_IN(tug_dg_bonding)
STAND_IN(tug_dg_code, int32_t rc, int err_group)
STAND_IN(tug_dg_command, const struct tug_smp_hdr *h)
STAND_IN(tug_dg_discovery, bool ends)
STAND_IN(tug_dg_image_list, uint16_t src, const struct tug_dg_list *list)
STAND_IN(tug_dg_link_closing)
STAND_IN(tug_dg_link_down, int32_t status)
STAND_IN(tug_dg_link_mtu, uint32_t mtu)
STAND_IN(tug_dg_link_params, uint32_t itvl_us, uint32_t timeout_ms)
STAND_IN(tug_dg_link_up)
STAND_IN(tug_dg_restarted)
STAND_IN(tug_dg_session)
STAND_IN(tug_dg_step, enum tug_dg_step step)
