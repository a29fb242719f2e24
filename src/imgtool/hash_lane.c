/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides how the work on an image shares the time: a thread reads and hashes the next pieces while the caller writes the one
 * before. What is hashed is what is written, whatever happens to the input meanwhile. Refuses to know what the octets mean.
 * Without threads the caller does it all. Called by sign_build.c.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <tug/port/crypto_openssl.h>

#include "hash_lane_priv.h"

/* Those posted, and the one that was taken last. */
#define PIECES (TUG_LANE_AHEAD + 1u)
#define BITE 65536u

struct slot {
	uint8_t *p;
	struct tug_lane_job job;
	int rc;
};

struct tug_lane {
	struct slot slots[PIECES];
	uint64_t posted, done, taken; /* pieces so far; posted, done and stop: under the lock */
	struct tug_hash_ctx hash;     /* the thread's while it runs */
	bool has_thread, stop;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t change;
};

/* In small bites: what was just read is hashed while the nearest cache still holds it. */
static void do_job(struct tug_lane *l, struct slot *s)
{
	const struct tug_lane_job *j = &s->job;
	uint32_t n;

	s->rc = TUG_OK;
	memset(s->p + j->read, 0, j->len - j->read);
	for (uint32_t at = 0; at < j->len && s->rc == TUG_OK; at += n) {
		uint32_t left = j->len - at, there = at < j->read ? j->read - at : 0;

		n = left < BITE ? left : BITE;
		if (j->io != NULL && there > 0) {
			s->rc = j->io->read_at(j->io->ctx, j->off + at, s->p + at, n < there ? n : there);
		}
		if (s->rc == TUG_OK) {
			s->rc = tug_crypto_openssl.hash_update(&l->hash, s->p + at, n);
		}
	}
}

static void *work(void *arg)
{
	struct tug_lane *l = arg;

	pthread_mutex_lock(&l->lock);
	for (;;) {
		while (l->done == l->posted && !l->stop) {
			pthread_cond_wait(&l->change, &l->lock);
		}
		if (l->stop) {
			break;
		}
		struct slot *s = &l->slots[l->done % PIECES];
		pthread_mutex_unlock(&l->lock);
		do_job(l, s);
		pthread_mutex_lock(&l->lock);
		l->done++;
		pthread_cond_broadcast(&l->change);
	}
	pthread_mutex_unlock(&l->lock);
	return NULL;
}

struct tug_lane *tug_lane_begin(enum tug_hash_alg alg)
{
	struct tug_lane *l = calloc(1, sizeof(*l));

	if (l == NULL) {
		return NULL;
	}
	l->slots[0].p = malloc((size_t)PIECES * TUG_LANE_PIECE);
	if (l->slots[0].p == NULL || tug_crypto_openssl.hash_init(&l->hash, alg) != TUG_OK) {
		free(l->slots[0].p);
		free(l);
		return NULL;
	}
	for (size_t i = 1; i < PIECES; i++) {
		l->slots[i].p = l->slots[0].p + i * TUG_LANE_PIECE;
	}
	pthread_mutex_init(&l->lock, NULL);
	pthread_cond_init(&l->change, NULL);
	l->has_thread = pthread_create(&l->thread, NULL, work, l) == 0;
	return l;
}

void tug_lane_post(struct tug_lane *l, const struct tug_lane_job *job)
{
	struct slot *s = &l->slots[l->posted % PIECES];

	s->job = *job;
	if (job->io == NULL && job->read > 0) {
		memcpy(s->p, job->from, job->read);
	}
	if (!l->has_thread) {
		do_job(l, s);
		l->posted++;
		l->done++;
		return;
	}
	pthread_mutex_lock(&l->lock);
	l->posted++;
	pthread_cond_broadcast(&l->change);
	pthread_mutex_unlock(&l->lock);
}

int tug_lane_take(struct tug_lane *l, uint8_t **piece, size_t *len)
{
	struct slot *s = &l->slots[l->taken % PIECES];

	pthread_mutex_lock(&l->lock);
	while (l->done <= l->taken) {
		pthread_cond_wait(&l->change, &l->lock);
	}
	pthread_mutex_unlock(&l->lock);
	l->taken++;
	*piece = s->p;
	*len = s->job.len;
	return s->rc;
}

int tug_lane_end(struct tug_lane *l, uint8_t *out)
{
	int rc = TUG_OK;

	if (l->has_thread) {
		pthread_mutex_lock(&l->lock);
		l->stop = true;
		pthread_cond_broadcast(&l->change);
		pthread_mutex_unlock(&l->lock);
		pthread_join(l->thread, NULL);
	}
	if (out != NULL) {
		rc = tug_crypto_openssl.hash_final(&l->hash, out);
	} else {
		tug_crypto_openssl.hash_abort(&l->hash);
	}
	pthread_cond_destroy(&l->change);
	pthread_mutex_destroy(&l->lock);
	free(l->slots[0].p);
	free(l);
	return rc;
}
