/* SPDX-License-Identifier: Apache-2.0
 *
 * The smallest bootloader around the boot core: what bench/size_boot.sh measures, once per update mode. Drivers and
 * crypto are dummies; it is linked, never run. Knows no real part.
 */
#include <tug/boot.h>

#define SECTOR 4096u
#define SLOT_SIZE 0x30000u

void tug_bench_reset(void);

static volatile uint32_t uart_tx, flash_ctl, wdt, jump;

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

static int bench_hash_init(struct tug_hash_ctx *c, enum tug_hash_alg alg)
{
	c->opaque[0] = (uint64_t)alg;
	return TUG_OK;
}

static int bench_hash_update(struct tug_hash_ctx *c, const void *p, size_t len)
{
	c->opaque[0] += *(const uint8_t *)p + len;
	return TUG_OK;
}

static int bench_hash_final(struct tug_hash_ctx *c, uint8_t *out)
{
	out[0] = (uint8_t)c->opaque[0];
	return TUG_OK;
}

static void bench_hash_abort(struct tug_hash_ctx *c)
{
	c->opaque[0] = 0;
}

static int bench_verify(enum tug_sig_alg alg, struct tug_slice key, struct tug_slice msg, struct tug_slice sig)
{
	return alg == TUG_SIG_P256 && key.len + msg.len == sig.len ? TUG_OK : TUG_ESIG;
}

static void bench_line(void *ctx, enum tug_log_level level, struct tug_slice text)
{
	(void)ctx;
	(void)level;
	for (size_t i = 0; i < text.len; i++) {
		uart_tx = text.p[i];
	}
}

static void bench_feed(void *ctx)
{
	(void)ctx;
	wdt = 1;
}

static const struct tug_flash_ops flash_ops = { bench_read, bench_write, bench_erase, bench_sector_at };
static const struct tug_flash flash = { &flash_ops, NULL, 0x80000, 4, 0xff };
static const struct tug_crypto crypto = { bench_hash_init, bench_hash_update, bench_hash_final, bench_hash_abort,
					  bench_verify };
static const uint8_t key[91] = { 0x30, 0x59 };
static const struct tug_pubkey keys[] = { { { key, sizeof(key) } } };
static const struct tug_boot_cfg cfg = {
	.mode = &TUG_BENCH_MODE,
	.pri = { &flash, 0x10000, SLOT_SIZE, 1 },
	.sec = { &flash, 0x40000, SLOT_SIZE, 2 },
	.scratch = { &flash, 0x70000, SECTOR, 3 },
	.crypto = &crypto,
	.verify = { .sig = TUG_SIG_P256, .hash = TUG_SHA256, .keys = keys, .n_keys = 1 },
	.log = { bench_line, NULL },
	.watchdog = { bench_feed, NULL },
	.max_sectors = 128,
	.max_align = 8,
	.validate_primary = true,
};

static struct tug_boot boot;

void tug_bench_reset(void)
{
	struct tug_boot_rsp rsp;

	if (tug_boot_go(&boot, &cfg, &rsp) == TUG_OK) {
		jump = rsp.image_off + rsp.hdr.hdr_size;
	}
	for (;;) {
	}
}
