#!/bin/sh
# Runs on the server, in the directory of the pushed revision.
set -eu
mkdir -p ~/lamplighter-hello
printf 'hello %s\n' "$1" >~/lamplighter-hello/page.new
mv ~/lamplighter-hello/page.new ~/lamplighter-hello/page
echo "the page says hello $1"
