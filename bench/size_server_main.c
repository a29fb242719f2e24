/* SPDX-License-Identifier: Apache-2.0
 *
 * The smallest firmware that serves SMP over a console UART with the OS and image groups: what bench/size_server.sh
 * measures. Registers are dummies; it is linked, never run. Knows no real part.
 */
#include <tug/server.h>
#include <tug/smp_frame.h>

#define BUF_SIZE 384u
#define SLOT_SIZE 0x30000u
#define SECTOR 4096u

void tug_bench_reset(void);

static volatile uint32_t uart_rx, uart_tx, ms_ticks, flash_ctl;

static int bench_read(void *ctx, uint32_t off, void *dst, size_t len)
{
	const volatile uint8_t *from = (const volatile uint8_t *)(uintptr_t)off;
	uint8_t *to = dst;

	(void)ctx;
	while (len-- > 0) {
		*to++ = *from++;
	}
	return TUG_OK;
}

static int bench_write(void *ctx, uint32_t off, const void *src, size_t len)
{
	(void)ctx;
	(void)src;
	flash_ctl = off + (uint32_t)len;
	return TUG_OK;
}

static int bench_erase(void *ctx, uint32_t off, uint32_t len)
{
	(void)ctx;
	flash_ctl = off + len;
	return TUG_OK;
}

static int bench_sector_at(void *ctx, uint32_t off, struct tug_flash_sector *out)
{
	(void)ctx;
	out->off = tug_align_down(off, SECTOR);
	out->size = SECTOR;
	return TUG_OK;
}

static uint64_t bench_now(void *ctx)
{
	(void)ctx;
	return ms_ticks;
}

static void bench_request(void *ctx, uint8_t mode)
{
	(void)ctx;
	flash_ctl = mode;
}

static const struct tug_flash_ops ops = { bench_read, bench_write, bench_erase, bench_sector_at };
static const struct tug_flash dev = { &ops, NULL, 0x80000, 4, 0xff };
static const struct tug_flash_area pri = { &dev, 0xc000, SLOT_SIZE, 1 };
static const struct tug_flash_area sec = { &dev, 0xc000 + SLOT_SIZE, SLOT_SIZE, 2 };
static const struct tug_server_profile profile = {
	.name = "bench", .err_style = TUG_SRV_ERR_ERR, .os_info = 1, .slot_info = 1, .state_write = 1, .upload_sha = 1,
	.erase_slot_key = 1, .reset_keys = 2,
};
static struct tug_srv_image image = {
	.slot = { &pri, &sec },
	.geo = { { SLOT_SIZE, 128, 8, 4, 3, false, 0 }, { SLOT_SIZE, 128, 8, 4, 3, false, 0 } },
};
static const struct tug_srv_group *const groups[] = { &tug_srv_os, &tug_srv_img };
static const struct tug_server_cfg cfg = {
	.profile = &profile, .groups = groups, .n_groups = 2, .n_images = 1, .images = &image,
	.clock = { bench_now, NULL }, .reset = { bench_request, NULL }, .buf_size = BUF_SIZE, .buf_count = 1,
	.params = true, .boot_mode = TUG_MODE_SWAP_MOVE, .os_name = { "bench" },
};

static struct tug_server server;
static struct tug_console_server_rx rx;
static uint8_t request[BUF_SIZE + TUG_CONSOLE_OVERHEAD];
static uint8_t response[BUF_SIZE];
static uint8_t lines[540]; /* tug_console_encoded_len(384) = 535 */

static void answer(struct tug_slice packet)
{
	struct tug_buf rsp = tug_buf_of(response, sizeof(response));
	struct tug_buf out = tug_buf_of(lines, sizeof(lines));

	while (packet.len > 0) {
		if (tug_server_step(&server, &packet, &rsp) == 1 &&
		    tug_console_encode_zephyr(tug_buf_slice(&rsp), &out) == TUG_OK) {
			for (size_t i = 0; i < out.len; i++) {
				uart_tx = lines[i];
			}
			out.len = 0;
		}
	}
}

void tug_bench_reset(void)
{
	struct tug_rx_event ev;

	tug_server_init(&server, &cfg);
	tug_console_server_rx_init(&rx, tug_buf_of(request, sizeof(request)), TUG_CONSOLE_SERVER);
	for (;;) {
		uint8_t octet = (uint8_t)uart_rx;
		struct tug_slice in = tug_slice_of(&octet, 1);

		do {
			tug_console_server_rx_feed(&rx, &in, ms_ticks, &ev);
			if (ev.kind == TUG_RX_FRAME) {
				answer(ev.data);
			}
		} while (ev.kind != TUG_RX_NONE);
		tug_server_tick(&server, ms_ticks);
	}
}
