/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides how hashing and writing an image share the time: two pieces, one hashed by a thread while the other is read and
 * written. Refuses to know what is hashed. Without threads the caller's hashes. Called by sign_build.c.
 */
#include <pthread.h>
#include <stdlib.h>

#include <tug/port/crypto_openssl.h>

#include "hash_lane_priv.h"

#define PIECES 2u

struct tug_hash_lane {
	uint8_t *piece[PIECES];
	size_t len[PIECES];       /* octets to hash, 0 = none or done; under the lock */
	unsigned next;            /* piece the caller gets next */
	struct tug_hash_ctx hash; /* the thread's while it runs */
	int rc;                   /* first failure; under the lock */
	bool has_thread, stop;    /* stop: under the lock */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t change;
};

/* Hash pieces in turn until told to stop. */
static void *work(void *arg)
{
	struct tug_hash_lane *l = arg;
	unsigned at = 0;

	pthread_mutex_lock(&l->lock);
	for (;;) {
		while (l->len[at] == 0 && !l->stop) {
			pthread_cond_wait(&l->change, &l->lock);
		}
		if (l->len[at] == 0) {
			break;
		}
		size_t len = l->len[at];
		pthread_mutex_unlock(&l->lock);
		int rc = tug_crypto_openssl.hash_update(&l->hash, l->piece[at], len);
		pthread_mutex_lock(&l->lock);
		l->rc = l->rc != TUG_OK ? l->rc : rc;
		l->len[at] = 0;
		pthread_cond_broadcast(&l->change);
		at = (at + 1) % PIECES;
	}
	pthread_mutex_unlock(&l->lock);
	return NULL;
}

static void wait_for(struct tug_hash_lane *l, unsigned piece)
{
	pthread_mutex_lock(&l->lock);
	while (l->len[piece] != 0) {
		pthread_cond_wait(&l->change, &l->lock);
	}
	pthread_mutex_unlock(&l->lock);
}

struct tug_hash_lane *tug_lane_begin(enum tug_hash_alg alg)
{
	struct tug_hash_lane *l = calloc(1, sizeof(*l));

	if (l == NULL) {
		return NULL;
	}
	l->piece[0] = malloc((size_t)PIECES * TUG_LANE_PIECE);
	if (l->piece[0] == NULL || tug_crypto_openssl.hash_init(&l->hash, alg) != TUG_OK) {
		free(l->piece[0]);
		free(l);
		return NULL;
	}
	l->piece[1] = l->piece[0] + TUG_LANE_PIECE;
	pthread_mutex_init(&l->lock, NULL);
	pthread_cond_init(&l->change, NULL);
	l->has_thread = pthread_create(&l->thread, NULL, work, l) == 0;
	return l;
}

uint8_t *tug_lane_room(struct tug_hash_lane *l)
{
	if (l->has_thread) {
		wait_for(l, l->next);
	}
	return l->piece[l->next];
}

void tug_lane_hash(struct tug_hash_lane *l, size_t len, bool wait)
{
	unsigned at = l->next;

	if (len == 0) {
		return;
	}
	l->next = (at + 1) % PIECES;
	if (!l->has_thread) {
		int rc = tug_crypto_openssl.hash_update(&l->hash, l->piece[at], len);

		l->rc = l->rc != TUG_OK ? l->rc : rc;
		return;
	}
	pthread_mutex_lock(&l->lock);
	l->len[at] = len;
	pthread_cond_broadcast(&l->change);
	pthread_mutex_unlock(&l->lock);
	if (wait) {
		wait_for(l, at);
	}
}

int tug_lane_end(struct tug_hash_lane *l, uint8_t *out)
{
	int rc;

	if (l->has_thread) {
		pthread_mutex_lock(&l->lock);
		l->stop = true;
		pthread_cond_broadcast(&l->change);
		pthread_mutex_unlock(&l->lock);
		pthread_join(l->thread, NULL);
	}
	rc = l->rc;
	if (rc == TUG_OK && out != NULL) {
		rc = tug_crypto_openssl.hash_final(&l->hash, out);
	} else {
		tug_crypto_openssl.hash_abort(&l->hash);
	}
	pthread_cond_destroy(&l->change);
	pthread_mutex_destroy(&l->lock);
	free(l->piece[0]);
	free(l);
	return rc;
}
