/* SPDX-License-Identifier: Apache-2.0
 *
 * liblzma's raw decoder in memory that was given: its allocator hands out pieces of that and never takes one back before
 * the next stream begins.
 */
#include <string.h>

#include <lzma.h>

#include <tug/port/lzma.h>

#define ALIGN 16u
#define DICT_PROP_MAX 40u

struct state {
	lzma_stream stream;
	lzma_allocator allocator;
	uint8_t *mem;
	size_t cap;
	size_t used;
};

_Static_assert(sizeof(struct state) <= sizeof(((struct tug_lzma *)0)->opaque), "struct tug_lzma is too small");

static void *give(void *opaque, size_t n, size_t size)
{
	struct state *s = opaque;
	size_t len;

	if (size != 0 && n > (SIZE_MAX - ALIGN) / size) {
		return NULL;
	}
	len = (n * size + ALIGN - 1u) / ALIGN * ALIGN;
	if (len > s->cap - s->used) {
		return NULL;
	}
	s->used += len;
	return s->mem + s->used - len;
}

static void take_back(void *opaque, void *p)
{
	(void)opaque;
	(void)p;
}

static int lzma_start(void *ctx, uint8_t dict, bool arm_thumb)
{
	struct state *s = ctx;
	lzma_options_lzma opt;
	const lzma_filter chain[] = {
		{ .id = LZMA_FILTER_ARMTHUMB, .options = NULL },
		{ .id = LZMA_FILTER_LZMA2, .options = &opt },
		{ .id = LZMA_VLI_UNKNOWN, .options = NULL },
	};
	lzma_ret ret;

	if (dict >= DICT_PROP_MAX) {
		return TUG_EPACKED;
	}
	memset(&opt, 0, sizeof(opt));
	opt.dict_size = (2u | (dict & 1u)) << (dict / 2u + 11u);
	s->used = (size_t)(-(uintptr_t)s->mem % ALIGN); /* all that an earlier stream had is free again */
	if (opt.dict_size > s->cap || s->used > s->cap) {
		return TUG_EFLAGS;
	}
	s->stream = (lzma_stream)LZMA_STREAM_INIT;
	s->allocator = (lzma_allocator){ give, take_back, s };
	s->stream.allocator = &s->allocator;
	ret = lzma_raw_decoder(&s->stream, arm_thumb ? chain : chain + 1);
	return ret == LZMA_OK ? TUG_OK : TUG_EFLAGS;
}

static int lzma_run(void *ctx, struct tug_slice *in, struct tug_buf *out)
{
	struct state *s = ctx;
	lzma_ret ret;

	s->stream.next_in = in->p;
	s->stream.avail_in = in->len;
	s->stream.next_out = out->p + out->len;
	s->stream.avail_out = out->cap - out->len;
	ret = lzma_code(&s->stream, LZMA_RUN);
	*in = tug_slice_of(s->stream.next_in, s->stream.avail_in);
	out->len = out->cap - s->stream.avail_out;
	switch (ret) {
	case LZMA_STREAM_END:
		return TUG_OK;
	case LZMA_OK:
	case LZMA_BUF_ERROR: /* nothing to do with what it was given: not an error yet */
		return TUG_MORE;
	case LZMA_MEM_ERROR:
		return TUG_EFLAGS; /* the dictionary is taken when the first octets come */
	default:
		return TUG_EPACKED;
	}
}

void tug_lzma_init(struct tug_lzma *l, void *mem, size_t cap)
{
	struct state *s = (struct state *)(void *)l->opaque;

	memset(l, 0, sizeof(*l));
	s->mem = mem;
	s->cap = cap;
	l->port = (struct tug_decompress){ lzma_start, lzma_run, s };
}
