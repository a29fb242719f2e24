/* SPDX-License-Identifier: Apache-2.0
 *
 * The request machine under arbitrary frames, clocks and submissions. Invariants: no callback runs twice, nothing
 * in flight survives the time-outs, frames that go out are whole. Input: octets of opcodes and frames.
 */
#include <stdlib.h>
#include <string.h>

#include <tug/client.h>

#define FRAME 64u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

struct req {
	unsigned calls;
	bool used;
};

static void on_done(void *user, int err, const struct tug_client_rsp *rsp)
{
	struct req *r = user;

	if ((err == TUG_OK) != (rsp != NULL) || ++r->calls > 1) {
		abort();
	}
}

/* An answer to the request under `frame`, bent by the input. */
static void answer(struct tug_client *c, const uint8_t *frame, const uint8_t *data, size_t n, uint64_t now)
{
	uint8_t f[80];

	memcpy(f, frame, TUG_SMP_HDR_LEN);
	f[0] = (uint8_t)(f[0] + 1u);
	n = n > sizeof(f) - TUG_SMP_HDR_LEN ? sizeof(f) - TUG_SMP_HDR_LEN : n;
	memcpy(f + TUG_SMP_HDR_LEN, data, n);
	tug_put_be16(f + 2, (uint16_t)n);
	tug_client_rx(c, tug_slice_of(f, TUG_SMP_HDR_LEN + n), now);
}

static void submit(struct tug_client *c, struct req *r, uint8_t pick)
{
	static const uint8_t empty[] = { 0xa0 };
	struct tug_client_opt opt = { .no_retry = pick >> 7, .patient = pick >> 6 & 1u };
	size_t n;
	const struct tug_smp_cmd *cmds = tug_smp_cmds(&n);

	if (tug_client_request(c, &cmds[pick % n], tug_slice_of(empty, 1), &opt, on_done, r) >= 0) {
		r->used = true;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct req reqs[256];
	static uint8_t storage[FRAME * TUG_CLIENT_WINDOW];
	static uint8_t last[FRAME];
	struct tug_client_cfg cfg = { .max_frame = FRAME, .storage = storage, .window = 1, .retries = 2 };
	struct tug_client c;
	struct tug_slice f;
	uint64_t now = 0;
	size_t n = 0;

	if (len < 2) {
		return 0;
	}
	memset(reqs, 0, sizeof(reqs));
	memset(last, 0, sizeof(last));
	cfg.window = (uint8_t)(1u + data[0] % TUG_CLIENT_WINDOW);
	cfg.smp = (enum tug_client_smp)(data[1] % 3u);
	if (tug_client_init(&c, &cfg) != TUG_OK) {
		abort();
	}
	for (size_t i = 2; i < len;) {
		uint8_t op = data[i++];
		size_t k = op >> 3;

		k = k > len - i ? len - i : k;
		switch (op & 7u) {
		case 0:
		case 1:
			if (n < 256) {
				submit(&c, &reqs[n], op);
				n += reqs[n].used;
			}
			break;
		case 2:
		case 3:
			if (tug_client_tx(&c, now, &f) == 1) {
				if (f.len < TUG_SMP_HDR_LEN || f.len > FRAME) {
					abort();
				}
				memcpy(last, f.p, TUG_SMP_HDR_LEN);
			}
			break;
		case 4:
			answer(&c, last, data + i, k, now);
			i += k;
			break;
		case 5:
			tug_client_rx(&c, tug_slice_of(data + i, k), now);
			i += k;
			break;
		case 6:
			now += (uint64_t)k * 200u;
			tug_client_tick(&c, now);
			break;
		default:
			if (k == 31) {
				tug_client_abort(&c, TUG_ECLOSED);
			}
			break;
		}
	}
	for (int i = 0; i < 4000 && tug_client_room(&c) < cfg.window; i++) {
		while (tug_client_tx(&c, now, &f) == 1) {
		}
		now += 1000;
		tug_client_tick(&c, now);
	}
	if (tug_client_room(&c) != cfg.window) {
		abort();
	}
	for (size_t i = 0; i < n; i++) {
		if (reqs[i].calls != 1) {
			abort();
		}
	}
	return 0;
}
