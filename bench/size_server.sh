#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Size of the device side on a Cortex-M4: SMP core, console framing, OS and image groups, zcbor, base, image.
# usage: bench/size_server.sh [OUTPUT_DIR]      ZCBOR_DIR=FOLDER overrides the place of zcbor's sources
# Exit status: 0 within the limits, 1 over them, 77 skipped (no cross compiler).
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
out=${1:-$top/build/size-server}
zcbor=${ZCBOR_DIR:-$top/build/deps/zcbor-0.9.1}

if ! command -v arm-none-eabi-gcc >/dev/null 2>&1; then
	echo "size-server: SKIPPED, nothing was measured: arm-none-eabi-gcc is not installed" \
		"(apt-get install gcc-arm-none-eabi libnewlib-arm-none-eabi)" >&2
	exit 77
fi
if [ ! -e "$zcbor/src/zcbor_decode.c" ]; then
	echo "size-server: zcbor's sources are not in $zcbor; run tools/bootstrap or set ZCBOR_DIR" >&2
	exit 1
fi

# build FOLDER FLAG...: compile everything and link what is used
build() {
	dir=$1
	shift
	mkdir -p "$dir"
	rm -f "$dir"/*.o "$dir"/*.ci
	for c in "$top"/src/base/*.c "$top"/src/smp/*.c "$top"/src/image/*.c "$top"/src/server/*.c \
		"$top"/port/common/*.c "$zcbor"/src/zcbor_common.c "$zcbor"/src/zcbor_decode.c \
		"$zcbor"/src/zcbor_encode.c "$top"/bench/size_server_main.c; do
		warn="-Wall -Wextra"
		part=$(basename "$(dirname "$c")")
		case $c in
		*_text.c) continue ;; # texts are for the host
		"$zcbor"/*) part=zcbor warn=-w ;;
		esac
		# shellcheck disable=SC2086
		arm-none-eabi-gcc -std=c11 -Os -mcpu=cortex-m4 -mthumb -ffunction-sections -fdata-sections $warn "$@" \
			-I"$top/include" -I"$zcbor/include" -c "$c" -o "$dir/$part-$(basename "$c" .c).o"
	done
	arm-none-eabi-gcc -Os -mcpu=cortex-m4 -mthumb "$@" --specs=nano.specs -nostartfiles -Wl,--gc-sections \
		-Wl,-e,tug_bench_reset -Wl,-Map="$dir/server.map" "$dir"/*.o -o "$dir/server.elf"
}

build "$out/plain" -fcallgraph-info=su
build "$out/lto" -flto
python3 "$top/bench/size_server_report.py" "$out/plain" "$out/lto"
