#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Size of the boot core on a Cortex-M4, per update mode: base, image, boot, flash areas; crypto and drivers apart.
# usage: bench/size_boot.sh [OUTPUT_DIR]
# Exit status: 0 within the limits, 1 over them, 77 skipped (no cross compiler).
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
out=${1:-$top/build/size-boot}

if ! command -v arm-none-eabi-gcc >/dev/null 2>&1; then
	echo "size-boot: SKIPPED, nothing was measured: arm-none-eabi-gcc is not installed" \
		"(apt-get install gcc-arm-none-eabi libnewlib-arm-none-eabi)" >&2
	exit 77
fi

flags="-std=c11 -Os -mcpu=cortex-m4 -mthumb -ffunction-sections -fdata-sections -Wall -Wextra -fcallgraph-info=su -I$top/include"
common=$out/common
mkdir -p "$common"
rm -f "$common"/*.o "$common"/*.ci
for c in "$top"/src/base/*.c "$top"/src/image/*.c "$top"/src/boot/*.c "$top"/port/common/*.c; do
	part=$(basename "$(dirname "$c")")
	# shellcheck disable=SC2086
	arm-none-eabi-gcc $flags -c "$c" -o "$common/$part-$(basename "$c" .c).o"
done

# build FOLDER MODE: link what that mode uses
build() {
	dir=$1
	mkdir -p "$dir"
	rm -f "$dir"/*.o "$dir"/*.ci
	cp "$common"/*.o "$common"/*.ci "$dir"
	# shellcheck disable=SC2086
	arm-none-eabi-gcc $flags -DTUG_BENCH_MODE="$2" -c "$top/bench/size_boot_main.c" -o "$dir/bench-size_boot_main.o"
	arm-none-eabi-gcc -Os -mcpu=cortex-m4 -mthumb --specs=nano.specs -nostartfiles -Wl,--gc-sections \
		-Wl,-e,tug_bench_reset -Wl,-Map="$dir/boot.map" "$dir"/*.o -o "$dir/boot.elf"
}

build "$out/move" tug_boot_swap_move
build "$out/scratch" tug_boot_swap_scratch
build "$out/direct-xip" tug_boot_direct_xip_revert
build "$out/overwrite" tug_boot_overwrite
build "$out/overwrite-fast" tug_boot_overwrite_fast
python3 "$top/bench/size_boot_report.py" "$out"
