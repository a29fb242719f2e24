/* SPDX-License-Identifier: Apache-2.0
 *
 * The scripted BlueZ in front of a virtual device on UDP: what is written to the characteristic goes to the device,
 * its answers come back as notifications. A reset of the device ends the connection, and so does every N-th write.
 *
 *     ble_relay PORT [mtu=N] [calls] [drop=N] [name=TEXT]
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fake_bluez.h"

struct relay {
	struct fake f;
	struct tug_ble_rx rx;
	uv_poll_t udp;
	int fd;
	unsigned drop; /* hang up at each of these writes, 0 = never */
	unsigned drops;
	size_t longest; /* write */
};

static void on_write(struct fake *f, struct tug_slice part)
{
	struct relay *r = f->user;
	struct tug_slice frame;

	if (r->drop && f->writes % r->drop == 0) {
		r->drops++;
		r->rx.len = 0;
		fake_drop(f);
		return;
	}
	if (tug_ble_rx_feed(&r->rx, part, &frame))
		(void)send(r->fd, frame.p, frame.len, 0);
}

static void on_answer(uv_poll_t *p, int status, int events)
{
	struct relay *r = TUG_CONTAINER(p, struct relay, udp);
	uint8_t frame[65536];
	ssize_t n = status == 0 && (events & UV_READABLE) ? recv(r->fd, frame, sizeof(frame), MSG_DONTWAIT) : 0;

	if (n < 8)
		return;
	fake_notify_frame(&r->f, tug_slice_of(frame, (size_t)n));
	if (frame[5] == 0 && frame[7] == 5) {
		r->drops++;
		fake_drop(&r->f);
	}
}

static void on_end(uv_signal_t *s, int signum)
{
	struct relay *r = s->data;

	(void)signum;
	(void)printf("writes %u longest %zu connects %u drops %u commands %u\n", r->f.writes, r->f.longest, r->f.connects,
		     r->drops, r->f.commands);
	(void)fflush(stdout);
	uv_stop(s->loop);
}

static void read_words(int argc, char **argv, struct relay *r, struct fake_cfg *cfg)
{
	for (int i = 2; i < argc; i++) {
		if (strncmp(argv[i], "mtu=", 4) == 0)
			cfg->mtu = (uint16_t)atoi(argv[i] + 4);
		else if (strncmp(argv[i], "drop=", 5) == 0)
			r->drop = (unsigned)atoi(argv[i] + 5);
		else if (strncmp(argv[i], "name=", 5) == 0)
			cfg->name = argv[i] + 5;
		else
			cfg->no_sockets = strcmp(argv[i], "calls") == 0;
	}
}

int main(int argc, char **argv)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	struct fake_cfg cfg = { 0 };
	static struct relay r;
	uv_signal_t end;
	uv_loop_t loop;

	if (argc < 2)
		return 2;
	to.sin_port = htons((uint16_t)atoi(argv[1]));
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	read_words(argc, argv, &r, &cfg);
	if (uv_loop_init(&loop) != 0 || fake_start(&r.f, &loop, &cfg) < 0)
		return 1;
	r.f.write = on_write;
	r.f.user = &r;
	r.fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (r.fd < 0 || connect(r.fd, (const struct sockaddr *)&to, sizeof(to)) != 0)
		return 1;
	(void)uv_poll_init(&loop, &r.udp, r.fd);
	(void)uv_poll_start(&r.udp, UV_READABLE, on_answer);
	(void)uv_signal_init(&loop, &end);
	end.data = &r;
	(void)uv_signal_start(&end, on_end, SIGTERM);
	while (!r.f.owns && uv_run(&loop, UV_RUN_ONCE))
		;
	(void)printf("ready\n");
	(void)fflush(stdout);
	(void)uv_run(&loop, UV_RUN_DEFAULT);
	fake_stop(&r.f);
	uv_close((uv_handle_t *)&r.udp, NULL);
	uv_close((uv_handle_t *)&end, NULL);
	(void)uv_run(&loop, UV_RUN_DEFAULT);
	(void)close(r.fd);
	return uv_loop_close(&loop) == 0 ? 0 : 1;
}
