#!/bin/sh
# `./dev bench`, which reads this file and lends it `need`, `build` and their like.

count_instructions() {
    need build count
    build release --target hot_functions
    bench/instructions.py "$@"
}

# value_of FLAG ARGUMENTS...: what stands behind the flag; nothing without it.
value_of() {
    flag=$1
    shift
    while [ $# -gt 0 ]; do
        case $1 in
        "$flag"=*) echo "${1#*=}" ;;
        "$flag") echo "${2:-}" ;;
        esac
        shift
    done
}

bench_micro() {
    configure release -DLONGWIRE_BENCH=ON
    build release
    for program in build/release/bin/bench_*; do
        [ -x "$program" ] || continue
        say "$program"
        "$program"
    done
}

# bench_compare ARGUMENTS...: they go to the script.
bench_compare() {
    if [ "$(value_of --peers "$@")" != none ]; then
        need bench node
        need_npm bench/compare/peers || warn "bench: without the peers of npm"
    fi
    build release --target programs longwire-load
    say "bench/compare/compare.py"
    python3 bench/compare/compare.py "$@"
}

# run_benches ARGUMENTS...: of `./dev bench`.
run_benches() {
    if [ "${1:-}" = --instructions ]; then
        shift
        count_instructions "$@"
        return
    fi
    only=$(value_of --only "$@")
    need build
    case $only in
    '' | micro)
        need bench
        bench_micro
        ;;
    esac
    case $only in
    micro) ;;
    *) bench_compare "$@" ;;
    esac
}
