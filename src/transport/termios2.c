/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides the terminal settings of a port: raw, 8N1, any rate. A file of its own because Linux's struct
 * termios2 clashes with <termios.h>. Refuses to know who opened the port. Called by serial.c, endpoint_pty.c.
 */
#include <asm/ioctls.h>
#include <asm/termbits.h>
#include <sys/ioctl.h>

#include "termios2_priv.h"

static void make_raw(struct termios2 *t)
{
	t->c_iflag &= ~(tcflag_t)(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON | IXOFF | INPCK);
	t->c_oflag &= ~(tcflag_t)OPOST;
	t->c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
	t->c_cflag &= ~(tcflag_t)(CSIZE | PARENB | CSTOPB | CRTSCTS);
	t->c_cflag |= CS8 | CREAD | CLOCAL;
	/* VMIN 0 would make a read without data look like end of file */
	t->c_cc[VMIN] = 1;
	t->c_cc[VTIME] = 0;
}

int tug_termios_raw(int fd, uint32_t *baud)
{
	struct termios2 t;
	uint32_t off;

	if (ioctl(fd, TCGETS2, &t) != 0)
		return TUG_ELINK;
	make_raw(&t);
	if (*baud) {
		t.c_cflag &= ~(tcflag_t)(CBAUD | CIBAUD);
		t.c_cflag |= BOTHER;
		t.c_ispeed = *baud;
		t.c_ospeed = *baud;
	}
	if (ioctl(fd, TCSETS2, &t) != 0 || ioctl(fd, TCGETS2, &t) != 0)
		return TUG_ELINK;
	(void)ioctl(fd, TCFLSH, TCIFLUSH);
	if (!*baud)
		return TUG_OK;
	/* drivers round to what their divider offers; a UART stands 3 % at most */
	off = t.c_ospeed > *baud ? t.c_ospeed - *baud : *baud - t.c_ospeed;
	if (off > *baud / 33u) {
		*baud = t.c_ospeed;
		return TUG_ERANGE;
	}
	return TUG_OK;
}
