#!/usr/bin/env bash
# Installs from Debian's packages and from npm what some tests drive; run by `make tools` and `make test`.
set -euo pipefail
cd "$(dirname "$0")/../.."
AXE=4.14.1
packages=()
for pair in chromium:chromium redis-server:redis-server nginx:nginx npm:npm; do
    command -v "${pair%%:*}" >/dev/null || packages+=("${pair##*:}")
done
compgen -G "/usr/lib/postgresql/*/bin/initdb" >/dev/null || command -v initdb >/dev/null || packages+=(postgresql)
fc-list :lang=zh 2>/dev/null | grep -q . || packages+=(fonts-noto-cjk)
if ((${#packages[@]})) && { [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; }; then
    echo "有些测试要用 ${packages[*]}，没有就跳过。可以请管理员安装：apt-get install ${packages[*]}"
elif ((${#packages[@]})); then
    export DEBIAN_FRONTEND=noninteractive
    install=(apt-get install -y --no-install-recommends "${packages[@]}")
    # A fresh machine has no package list yet; a machine with one is spared the download.
    "${install[@]}" >/dev/null 2>&1 || { apt-get update >/dev/null && "${install[@]}" >/dev/null; }
fi
mkdir -p build/npm
command -v npm >/dev/null || exit 0
grep -qs "\"version\": \"$AXE\"" build/npm/node_modules/axe-core/package.json ||
    npm install --no-save --no-audit --no-fund --ignore-scripts --prefix build/npm "axe-core@$AXE" >/dev/null ||
    echo "取不到 axe-core，无障碍的测试会跳过。"
