# SPDX-License-Identifier: MIT
# Lines of ordinary sh, as people write them: test_sh_oracle.py runs them here and under dash. An
# entry ends with an empty line. They begin in a directory with a.txt b.txt notes.md run.py sub/.

echo hello world

echo "two  blanks" 'single "double"' plain\ blank

echo *.txt

echo [ab].txt

echo ?.txt

echo no*match

echo "*.txt" '*.txt' \*.txt

echo sub/*

echo */

echo s*b/*.t?t

echo .h*

for f in *.txt; do echo "file $f"; done

for f in *.none; do echo "$f"; done

for i in 1 2 3
do
  echo $i
done

for i in $(seq 1 3); do echo "n$i"; done

for w in $(echo a b; echo c); do echo "<$w>"; done

x=5; echo $x

name="John Smith"; echo "Hello, $name!"

a=1 b=2; echo "$a$b"

x=$(echo inner); echo "[$x]"

x="$(printf 'a\nb\n')"; echo "$x"

echo "Today: $(echo monday)" done

echo $((1 + 2 * 3)) $((10 / 3)) $((10 % 3))

x=7; echo $((x * 2)) $(($x + 1))

i=0; i=$((i + 1)); i=$((i + 1)); echo $i

echo $((5 > 3)) $((5 == 3)) $((1 && 0)) $((1 || 0))

echo $(( (2 + 3) * 4 ))

echo $((2 * $(echo 21)))

unset nope; echo "${nope:-default}" "${nope-unset}"

v=val; echo "${v:-default}" "${v:+alternate}"

unset u; : ${u:=assigned}; echo $u

path=/usr/local/lib/libc.so.6; echo ${path##*/} ${path%/*}

file=archive.tar.gz; echo ${file%.gz} ${file%%.*} ${file#*.} ${file##*.}

word=hello; echo ${#word}

word=hello; echo ${word}world

f() { echo "in f: $1"; }
f arg

greet() {
  echo "Hello, ${1:-stranger}"
}
greet; greet Bob

sum() { echo $(($1 + $2)); }
total=$(sum 3 4); echo "total=$total"

status() { return 3; }
status; echo $?

args() { echo "$#: $*"; }
args a "b c" d

each() { for a in "$@"; do echo "<$a>"; done; }
each one "two three"

outer() { inner2 "$1"; }
inner2() { echo "got $1"; }
outer thing

fact() { if [ "$1" -le 1 ]; then echo 1; else echo $(( $1 * $(fact $(($1 - 1))) )); fi; }
fact 4

local_test() { local lv=2; echo $lv; }
lv=1; local_test; echo $lv

down() { [ $1 -eq 0 ] && return 0; echo $1; down $(($1 - 1)); }
down 3

if [ -f a.txt ]; then echo exists; fi

if [ -f none.txt ]; then echo yes; else echo no; fi

x=1; if [ "$x" = "nothing" ]; then echo a; elif [ -d sub ]; then echo dir; else echo b; fi

if test -e a.txt; then echo there; fi

if ! test -e none; then echo absent; fi

if grep -q alpha a.txt; then echo found; fi

if true && false; then echo both; else echo notboth; fi

if [ ! -d none ] && [ -s a.txt ]; then echo good; fi

if true >/dev/null 2>&1; then echo quiet; fi

[ -f a.txt ] && echo yes || echo no

[ 5 -gt 3 ] && [ 3 -lt 5 ] && echo order

[ -z "" ] && echo empty

[ -n "text" ] && echo full

[ "abc" != "abd" ] && echo differ

[ 1 -eq 1 -a 2 -eq 2 ] && echo and

[ 1 -eq 2 -o 2 -eq 2 ] && echo or

[ ! 1 -eq 2 ] && echo negated

[ -r a.txt ] && [ -w a.txt ] && echo rw

[ a.txt ] && echo word

[ -x sub ] && echo enter

[ 010 -eq 10 ] && echo ten

[ -t 0 ]; echo $? > /dev/null; echo asked

! false; echo $?

! true; echo $?

true; echo $?

false; echo $?

false || echo recovered

true && echo continued

false && echo never; echo after

(echo sub; exit 3); echo $?

(cd sub && pwd > /dev/null; ls -1); ls -1 sub

x=1; (x=2; echo $x); echo $x

{ echo one; echo two; }

{ echo b; echo a; } | sort

(echo z; echo y) | sort

[ -f a.txt ] && { echo group; echo of two; }

[ -f none ] || { echo missing; false; } || echo handled

n=0; while [ $n -lt 3 ]; do echo $n; n=$((n + 1)); done

n=3; until [ $n -eq 0 ]; do n=$((n - 1)); done; echo $n

while true; do echo once; break; done

while :; do echo colon; break; done

for i in 1 2 3 4 5; do [ $i -eq 2 ] && continue; [ $i -eq 4 ] && break; echo $i; done

for i in a b; do for j in 1 2; do echo $i$j; done; done

cat a.txt | while read line; do echo "line: $line"; done

while read -r line; do echo "[$line]"; done < a.txt

while read l; do echo $l; done <<EOF
first
second
EOF

cat a.txt b.txt | sort | uniq | wc -l

x=5; cat <<EOF
plain text
with $x and $(echo subst) and $((1+1))
EOF

cat <<'EOF'
literal $x and $(echo)
EOF

cat <<-EOF
	tabs are gone
	EOF

cat <<END | tr a-z A-Z
shout
END

case abc in abc) echo exact;; esac

case hello.txt in *.md) echo md;; *.txt) echo txt;; *) echo other;; esac

x=2
case $x in
  1) echo one ;;
  2|3) echo two or three ;;
  *) echo many ;;
esac

case "yes" in
  [Yy]*) echo affirmative
    ;;
  [Nn]*)
    echo negative
    ;;
esac

case "" in "") echo empty;; *) echo full;; esac

case zzz in a) echo a;; esac; echo "status $?"

case "$(echo b)" in a) echo A;; b) echo B;; esac

for a in start stop x; do
  case $a in
    start|stop) echo "known $a" ;;
    *) echo "what is $a?" ;;
  esac
done

echo one > out.txt; cat out.txt

echo one > out.txt; echo two >> out.txt; cat out.txt

cat < a.txt | head -n 1

wc -l < a.txt

echo gone > /dev/null; echo $?

cat none.txt 2>/dev/null; echo $?

cat none.txt 2>/dev/null || echo "no file"

nosuchcommand 2>/dev/null; echo $?

nosuchcommand > /dev/null 2>&1; echo $?

nosuchcommand 2> err.txt; [ -s err.txt ] && echo told

echo to stderr >&2

echo both 2>&1

{ echo out; echo err >&2; } 2>/dev/null

(echo out; echo err >&2) 2>&1 | sort

for i in 3 1 2; do echo $i; done | sort

for i in 1 2; do echo line $i; done > loop.txt; cat loop.txt

if true; then echo piped; fi | tr a-z A-Z

seq 3 > nums.txt; while read n; do echo $((n * n)); done < nums.txt > squares.txt; cat squares.txt

printf '%s\n' one two three

printf '%d-%s\n' 1 a 2 b

printf '%05d|%-6s|%6s|\n' 42 left right

printf '%.2f\n' 3.14159

printf '%x %o %c\n' 255 8 letter

printf 'tab\there\n'

printf '%s %s\n' one

printf '100%%\n'

printf '[%s]' a b c; printf '\n'

printf '%b' 'a\tb\n'

set -- a b c; echo $# $1 $3

set -- one "two three"; for i in "$@"; do echo "$i"; done

set -- a b c; shift; echo "$*"

set -- x y; while [ $# -gt 0 ]; do echo "arg $1"; shift; done

cd sub; ls -1; cd ..

cd sub && cd .. && echo back

cd sub; cd - > /dev/null; ls -1 a.txt

pwd | grep -c /

true | false; echo $?

false | true; echo $?

! true | false; echo $?

echo a b c | wc -w

seq 5 | head -n 2

seq 3 | tail -n 1

seq 1 3 | tr '\n' ' '; echo

echo "a:b:c" | cut -d : -f 2

echo abcdef | cut -c 2-4

echo hello | tr a-z A-Z

printf 'b\na\nb\n' | sort -u

printf '3\n10\n2\n' | sort -n

basename /a/b/c.txt .txt; dirname /a/b/c.txt

ls -1 | head -n 1

ls -1 ?.txt | wc -l

seq 3 | xargs echo

echo a b c | xargs -n 1 echo item

printf 'x\ny\n' | xargs -I N echo "<N>"

ls -1 ?.txt | xargs cat | wc -l

touch new1 new2; ls -1 new*; rm new1 new2

mkdir -p d1/d2; [ -d d1/d2 ] && echo made; rm -r d1

cp -r a.txt copy.txt > /dev/null; cmp a.txt copy.txt && echo same; rm copy.txt

echo "quote: \" dollar: \$ back: \\"

echo 'it'"'"'s'

echo "nested $(echo "inner $(echo deep)")"

echo 'semi;colon'; echo "pipe|amp&"

echo a;echo b;echo c

echo a && echo b || echo c

x=; [ -z "$x" ] && echo unset

x=' spaced '; echo "$x"

greeting="hi"; greeting="$greeting there"; echo $greeting

A=1 B=2 C=; echo "$A $B $C"

export V1=exported; echo $V1

V2=kept; export V2; echo $V2

V1=x; unset V1; echo "[$V1]"

W=for_one_command true; echo "[$W]"

count=0; for f in *; do count=$((count + 1)); done; [ $count -gt 3 ] && echo several

for ext in md py; do for f in *.$ext; do echo $f; done; done

max=0; for n in 3 9 4; do if [ $n -gt $max ]; then max=$n; fi; done; echo $max

s=""; for w in a b c; do s="$s$w"; done; echo $s

n=5; f=1; while [ $n -gt 1 ]; do f=$((f * n)); n=$((n - 1)); done; echo $f

a=0; b=1; for i in 1 2 3 4 5 6; do t=$((a + b)); a=$b; b=$t; done; echo $a

for i in 1 2 3; do if [ $((i % 2)) -eq 0 ]; then echo even $i; else echo odd $i; fi; done

usage() { echo "usage: $1 FILE" >&2; return 2; }
usage prog 2>/dev/null; echo $?

die() { echo "error: $*"; return 1; }
[ -f none ] || die no file none

is_even() { [ $(($1 % 2)) -eq 0 ]; }
is_even 4 && echo even; is_even 5 || echo odd

log() { printf '%s: %s\n' "$1" "$2"; }
log info "started up"

early() { for i in 1 2 3; do [ $i = 2 ] && return 5; echo $i; done; }
early; echo $?

reader() { while read l; do echo "r: $l"; done; }
cat a.txt | reader

loud() { echo loud; }
loud | tr a-z A-Z; loud > out.txt; cat out.txt

lines=$(wc -l < a.txt); echo "lines: $lines"

first=$(head -n 1 a.txt); echo "first: $first"

out=$(cat none 2>/dev/null) || echo "failed"

if out=$(cat a.txt); then echo "read $out" | head -n 1; fi

result=$(for i in 1 2 3; do echo $i; done | tail -n 1); echo $result

result=$(if true; then echo yes; fi); echo $result

(exit 7); echo $?

x=$(exit 4); echo $?

x=$(false); echo $?

sleep 0; echo slept

. ./lib.sh; libfunc there

sh ./args.sh one "two three"; echo $?

sh ./fails.sh; echo $?

[ "$(cat a.txt | wc -l)" -eq 2 ] && echo two

test "$(echo a)" = a && echo same

echo ~ | wc -l

home=$HOME; [ -n "$home" ] && echo home

echo "$((3)) $(( -4 + 1 ))"

true
echo "status $?"

if [ 1 = 1 ]
then
  echo "then on its own line"
fi

for x in 1
do echo "do before the command"
done

while read a; do
  case $a in
    alpha) echo "A" ;;
    *) echo "other" ;;
  esac
done < a.txt

{
  echo "in braces"
  echo "on lines"
} > braces.txt
cat braces.txt

(
  cd sub
  ls -1
)

count=0
while [ $count -lt 10 ]; do
  count=$((count + 1))
  if [ $count -eq 3 ]; then
    continue
  elif [ $count -gt 5 ]; then
    break
  fi
  echo "count $count"
done

main() {
  for item in "$@"; do
    check "$item" && echo "$item: ok" || echo "$item: bad"
  done
}
check() {
  case $1 in
    [0-9]*) return 0 ;;
    *) return 1 ;;
  esac
}
main 1 two 3

for x in 1 2; do (echo "sub $x"; exit $x); echo $?; done

if true; then (echo yes; exit 3); else (echo no); fi; echo $?

f() { (cd sub; exit 4); echo $?; echo *.md; }; f

{ (echo q; echo p) | sort; }

x=$(exit 5; echo no); echo "$? [$x]"

sh -c 'echo line; exit 3'; echo $?

sh -c 'cat a.txt; echo more'

export A1=1 A2='b c'; echo "$A1 $A2"

cat /dev/null run.py

f() { return 1; }; (set -e; { f && echo q; } > /dev/null; echo "on $?"); echo $?

(set -e; f() { return 1; }; if true; then f && echo q; fi | cat; for x in 1; do f && echo q; done > /dev/null; true && { f && echo q; } > /dev/null; echo on)

(set -e; f() { return 1; }; { f; echo no; } > /dev/null; echo never); echo $?

(set -e; f() { return 1; }; (f && echo q); echo never); echo $?

(set -e; f() { return 1; }; true | { f && echo q; }; echo never); echo $?

(set -e; f() { return 1; }; { { f && echo q; } > /dev/null; echo "in $?"; } | cat; echo on)

! { false; }; echo $?; ! { true; }; echo $?

! (true); echo $?; ! (exit 3) && echo "not 3"; ! ( echo in; false ); echo $?

! for x in a b; do echo $x; false; done; echo $?; ! if true; then false; fi && echo q

! {
  echo one
  (exit 4)
}
echo $?
! while false; do :; done
echo $?
! case a in a) false;; esac
echo $?

! { echo out; false; } > /dev/null; echo $?; ! { echo out; } | grep -q out; echo $?; true && ! { false; } && echo on

if true; then ! (false); echo $?; else ! { true; }; fi; { ! (true); echo $?; }; f() { ! { return 3; }; }; f; echo $?

(set -e; ! { true; }; ! { false; echo "in"; }; ! (true); ! { true; } > /dev/null; echo "on $?")

echo ! { a; echo ! b }; false || ! { true; } || echo last

a=2; a=3 b=$a; echo $b; a=4 b=$a-$a c=${b}x d="${c:-no}" e=$((a+1)) f=$b; echo $a $b $c $d $e $f

a=5; echo a=6 b=$a; a=$a$a a=$a$a; echo $a; a=1 echo a=2 b=$a

a=1; b=2; a=$b b=$a; echo "$a $b"; unset a; a=${a:-n} b=$a; echo $b; x=1 y=$((x+1)) z=$((x+y)); echo $z

x='q=1'; $x; echo "$? <$q>"; "$x" y > /dev/null; echo "$? <$q>"; y=q; $y=1; echo "$? <$q>"; q=$x; echo "<$q>"

x='q=1'; $x && echo yes; if $x; then echo yes; fi; $(echo $x); echo $?; for i in $x; do echo "$i"; done; echo $x
