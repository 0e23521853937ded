#!/usr/bin/env python3
"""Makes tests/golden/symbolic/pairs.jsonl: pairs of answers and what SymPy says about their difference.

    pip install sympy==1.14.0 antlr4-python3-runtime==4.13.2
    scripts/goldens/make_symbolic_goldens.py

Each row is {"id", "topic", "input": {"a", "b"}, "expected": {"outcome"}}. The outcome is that of parsing both texts with
SymPy's LaTeX parser (ANTLR backend) and simplifying the difference, as lm-evaluation-harness' minerva_math does:

    equal       the difference simplifies to 0
    different   it does not, within 60 seconds
    unreadable  a text does not parse, or the two have no difference (equations, inequalities)

The pairs below are composed for this project. Developer-side only: nothing of the build or the tests runs Python. Run it
again when a pair is added, and say in the commit why an outcome changed.
"""

import json
import pathlib
import signal

import antlr4.Recognizer
import sympy
import sympy.parsing.latex._parse_latex_antlr as antlr_backend
from sympy.parsing.latex import parse_latex

# SymPy 1.14 insists on runtime 4.11, whose tables 4.13 reads just as well.
antlr_backend.version = lambda package: "4.11"
antlr4.Recognizer.Recognizer.checkVersion = lambda self, version: None

OUTPUT = pathlib.Path(__file__).resolve().parents[2] / "tests" / "golden" / "symbolic" / "pairs.jsonl"
LIMIT_SECONDS = 60

# Topic, then one pair a line: a ; b. "<nl>" is a newline, "<>" nothing.
PAIRS = r"""
# integer
5 ; 5
5 ; 6
-3 ; -3
+7 ; 7
0 ; -0
1,000 ; 1000
1,000,000 ; 10^6
12,34 ; 12
1,2345 ; 12345
01 ; 1
00 ; 0
007 ; 007
3 4 ; 34
3<nl>4 ; 34
10 0 ; 100
--5 ; 5
---5 ; -5
123456789012345678901234567890 ; 1.2345678901234567890123456789\times 10^{29}
12345678901234567890 ; 12345678901234567891

# decimal
0.5 ; \frac{1}{2}
0.50 ; 0.5
5.0 ; 5
-0.25 ; -\frac{1}{4}
0.333 ; \frac{1}{3}
0.3333333333333333 ; \frac{1}{3}
0.33333333333333333333 ; \frac{1}{3}
3.14 ; \frac{157}{50}
33.33 ; \frac{3333}{100}
.5 ; 0.5
5. ; 5
1.2.3 ; 1.2
1,000.50 ; 1000.5
00.5 ; 0.5
0.0 ; 0
0.1+0.2 ; 0.3
0.1+0.2+0.3 ; 0.6
0.3+0.2+0.1 ; 0.6
0.1+(0.2+0.3) ; 0.6
1-0.9 ; 0.1
1-0.75 ; 0.25
12.5-0.1 ; \frac{62}{5}
3+0.1 ; 0.1+3
19.99+0.01 ; 20
\frac{0.5}{12.5}+0.5 ; 0.54
2.4+0.25-0.3-\frac{2}{5} ; 1.95
0.1*3 ; 0.3
0.1*0.2*0.3 ; 0.006
0.3*0.2*0.1 ; 0.006
0.1(0.2)(0.3) ; 0.006
(0.1+0.2)*10 ; 3
100\times 0.07 ; 7
1.1^2 ; 1.21
1.05^2 ; 1.1025
2.5^2 ; 6.25
0.1^2 ; 0.01
1000(1.05)^2 ; 1102.5
500\cdot 1.08^3 ; 629.856
1.23\times 10^5 ; 123000
1.1\times 10^5 ; 110000
6.02\times 10^{23} ; 602000000000000000000000
3.5\times 10^{-4} ; 0.00035
10^{-3} ; 0.001
\frac{2.5}{5} ; 0.5
\frac{1.2}{0.3} ; 4
\frac{0.1}{0.3} ; \frac{1}{3}
\frac{1.0}{3.0} ; \frac{1}{3}
(((0.3)/0.3)/0.1)^2 ; 100.0
\sqrt{0.25} ; 0.5
\sqrt{0.25} ; \frac{1}{2}
\sqrt{1.5} ; \frac{\sqrt{6}}{2}
\sqrt{2} ; 1.4142135623730951
2^{0.5} ; \sqrt{2}
4^{0.5} ; 2
8^{1.5} ; 16\sqrt{2}
0.5^{0.5} ; \sqrt{0.5}
0.5\sqrt{3} ; \frac{\sqrt{3}}{2}
1.5\pi ; \frac{3\pi}{2}
3.14 ; \pi
x^{0.5} ; \sqrt{x}
x^{0.5} ; x^{0.50}
x^{2.0} ; x^2
2.0x ; 2x
0.5x ; \frac{x}{2}
0.1x+0.2x ; 0.3x
x+0.0 ; x
0.5(x+1) ; \frac{x+1}{2}
(x+0.5)^2 ; x^2+x+0.25
(x+0.1)^2 ; x^2+0.2x+0.01
(x+0.5)(x-0.5) ; x^2-0.25
\frac{0.5}{x} ; \frac{1}{2x}
\frac{1}{0.5x+1} ; \frac{2}{x+2}
0.5\sin x ; \frac{\sin x}{2}
\sin 0.5 ; 0.479425538604203
\sin 0.5 ; \sin\frac{1}{2}
\log_2 0.5 ; -1
\log_{0.5} 8 ; -3
\log_4 8 ; 1.5
1.5! ; 1.32934038817914
\lfloor 2.7\rfloor ; 2
|{-2.5}| ; 2.5
1e3 ; 1000
0.\overline{3} ; \frac{1}{3}
0.1\overline{6} ; \frac{1}{6}

# fraction
\frac{1}{2} ; \frac{2}{4}
\dfrac{3}{4} ; \tfrac{3}{4}
\frac12 ; 0.5
\frac{1}2 ; \frac{1}{2}
\frac1{72} ; \frac{1}{72}
\frac{72}1 ; 72
\frac1{{}72} ; \frac{1}{72}
-\frac{2}{3} ; \frac{-2}{3}
-\frac{2}{3} ; \frac{2}{-3}
1/2 ; \frac{1}{2}
1/-2 ; -\frac{1}{2}
3/4/5 ; \frac{3}{20}
(3/4) ; 3/4
2\div 3 ; \frac{2}{3}
2:3 ; \frac{2}{3}
\frac{\frac{1}{2}}{\frac{3}{4}} ; \frac{2}{3}
\frac{1}{\frac{1}{x}} ; x
\frac{3}{4}+\frac{1}{4} ; 1
\frac{1}{3}+\frac{1}{6} ; \frac{1}{2}
1+\frac{1}{1+\frac{1}{1+\frac{1}{2}}} ; \frac{8}{5}
1\frac{1}{2} ; \frac{3}{2}
1\frac{1}{2} ; \frac{1}{2}
1 1/2 ; \frac{11}{2}
\frac ; \frac
\frac1 ; \frac1
\frac{1} ; 1
\frac{}{2} ; 0
\frac{x}{y} ; x/y
\frac{x}{2} ; \frac{1}{2}x
1/2x ; \frac{1}{2x}
1/2x ; \frac{x}{2}
a/bc ; \frac{a}{bc}
a/b*c ; \frac{ac}{b}
\frac{a+b}{c} ; \frac{a}{c}+\frac{b}{c}
\frac{22}{7} ; 3.142857142857143
\cfrac{1}{2} ; \frac{1}{2}
\frac{3}{5} ; \frac{5}{3}
\frac{100}{3} ; 33\frac{1}{3}

# root
\sqrt{12} ; 2\sqrt{3}
\sqrt{2}\sqrt{3} ; \sqrt{6}
\frac{1}{\sqrt{2}} ; \frac{\sqrt{2}}{2}
\frac{1}{\sqrt{2}+\sqrt{3}} ; \sqrt{3}-\sqrt{2}
\frac{1}{1+\sqrt{2}+\sqrt{3}} ; \frac{2+\sqrt{2}-\sqrt{6}}{4}
\sqrt{3+2\sqrt{2}} ; 1+\sqrt{2}
\sqrt{5+2\sqrt{6}} ; \sqrt{2}+\sqrt{3}
\sqrt{2+\sqrt{3}} ; \frac{\sqrt{6}+\sqrt{2}}{2}
\sqrt{4-2\sqrt{3}} ; \sqrt{3}-1
\sqrt{4-2\sqrt{3}} ; 1-\sqrt{3}
\frac{-1+\sqrt{5}}{2} ; \frac{2}{1+\sqrt{5}}
\left(\frac{1+\sqrt{5}}{2}\right)^2 ; \frac{3+\sqrt{5}}{2}
(1+\sqrt{2})^5 ; 41+29\sqrt{2}
(1+\sqrt{2})^5 ; 41+28\sqrt{2}
\sqrt[3]{2} ; 2^{1/3}
\sqrt[3]{16} ; 2\sqrt[3]{2}
\sqrt[3]{8} ; 2
\sqrt[3]{-8} ; -2
\frac{1}{\sqrt[3]{2}-1} ; \sqrt[3]{4}+\sqrt[3]{2}+1
\sqrt[3]{7+5\sqrt{2}} ; 1+\sqrt{2}
\sqrt[4]{4} ; \sqrt{2}
\sqrt[n]{x} ; x^{\frac{1}{n}}
\sqrt{\frac{3}{2}} ; \frac{\sqrt{6}}{2}
\sqrt{6}/\sqrt{2} ; \sqrt{3}
\frac{5\sqrt{3}}{3} ; \frac{5}{\sqrt{3}}
\sqrt{4} ; 2
\sqrt{0} ; 0
\sqrt{-1} ; i
\sqrt{-4} ; 2\sqrt{-1}
\sqrt{-4}\sqrt{-9} ; -6
\sqrt{x^2} ; x
\sqrt{x}^2 ; x
\sqrt{4x} ; 2\sqrt{x}
\sqrt{xy} ; \sqrt{x}\sqrt{y}
\sqrt{x^2y} ; x\sqrt{y}
\sqrt{x^2+2x+1} ; x+1
\sqrt3 ; \sqrt3
\sqrt ; \sqrt
3\sqrt ; 3
\sqrt{} ; \sqrt{}
2\sqrt{5} ; \sqrt{20}
10\sqrt{2}+5 ; 5(1+2\sqrt{2})
\sqrt{50}-\sqrt{18} ; \sqrt{8}
\sqrt{1000003} ; 1000\sqrt{1.000003}
\sqrt{1000014000049} ; 1000007
\sqrt{200560490130} ; \sqrt{6469693230}\sqrt{31}
(2+\sqrt{3})^{10}+(2-\sqrt{3})^{10} ; 524174

# power
2^{10} ; 1024
2^3^2 ; 64
2^{3^2} ; 512
2^10 ; 1024
x^22 ; x^{22}
x^{2}3 ; 3x^2
x^-2 ; x^{-2}
2^-3 ; 2
-2^2 ; -4
(-2)^2 ; 4
(-8)^{1/3} ; -2
8^{\frac{2}{3}} ; 4
27^{-1/3} ; \frac{1}{3}
4^x ; 2^{2x}
2^x2^y ; 2^{x+y}
2^x3^x ; 6^x
x^{2y} ; (x^y)^2
x^{2y} ; (x^2)^y
(xy)^2 ; x^2y^2
x^0 ; 1
0^0 ; 1
0^x ; 0
1^x ; 1
x^1 ; x
e^{x+y} ; e^xe^y
e^{i\pi} ; -1
10^{100} ; 10^{50}10^{50}
2^{1000} ; 4^{500}
2^{1000} ; 4^{500}+1
3^{2^5} ; 3^{32}
2^{100000} ; 4^{50000}
7^{-2} ; \frac{1}{49}
(\frac{2}{3})^2 ; \frac{4}{9}
\frac{2}{3}^2 ; \frac{4}{9}
x^ ; x
x^{} ; x
^2 ; 2
x^{2 ; x

# pi
\frac{\pi}{2} ; \pi/2
2\pi r ; 2 \pi r
\pi ; 3.14
\pi ; \pi
4\pi ; \pi 4
\pi(3)^2 ; 9\pi
\pi\cdot 3^2 ; 9\pi
\frac{4}{3}\pi r^3 ; \frac{4\pi r^3}{3}
\pir ; \pi r
12+\frac{1}{2}\pi ; \frac{24+\pi}{2}
\sin\pi ; 0

# product
3\cdot4 ; 12
3\times4 ; 12
3*4 ; 12
2x ; x2
2x ; 2*x
2 x 3 ; 6
2x3 ; 6
x2x3 ; 6x
2xx3 ; 6x^2
(x+1)x ; x^2+x
x(x+1) ; x^2+x
x(x+1) ; x(1+x)
2(x+1) ; 2x+2
(2)(3) ; 6
2(3) ; 6
2(3,4) ; 2
(a)(b) ; ab
a(b) ; ab
a(b)(c) ; a(b)c
xy ; yx
abc ; cba
2\cdot -3 ; -6
2\cdot(-3) ; -6
2\cdot ; 2
{2}{3} ; 6
[2][3] ; 6
\{2\}\{3\} ; 6

# polynomial
x+1 ; 1+x
x^2-1 ; (x-1)(x+1)
(x+1)^2 ; x^2+2x+1
(x+1)^2 ; x^2+2x+2
(x+y)^3 ; x^3+3x^2y+3xy^2+y^3
x^2-5x+6 ; (x-2)(x-3)
(x+1)^{10} ; (x+1)^5(x+1)^5
(a+b)(a-b) ; a^2-b^2
x^3-1 ; (x-1)(x^2+x+1)
x-y ; -(y-x)
3x^2+2x-5 ; 3x^2+2x-5
3x^2+2x-5 ; 3x^2+2x+5
6x-9 ; 3(2x-3)
-x^2 ; (-x)^2
x^2+y^2 ; y^2+x^2
(x-1)(x-2)(x-3) ; x^3-6x^2+11x-6
x ; y
x ; X
2x+3y ; 3y+2x
x^4+4 ; (x^2+2x+2)(x^2-2x+2)
(x+y+z)^2 ; x^2+y^2+z^2+2xy+2yz+2zx
n^2+n ; n(n+1)
n^2+n ; (n+1)n
-(x-2) ; 2-x
5-(3-(2-x)) ; 4-x

# rational function
\frac{x^2-1}{x-1} ; x+1
\frac{x^3-1}{x-1} ; x^2+x+1
\frac{1}{x}+\frac{1}{y} ; \frac{x+y}{xy}
\frac{1}{1-x} ; -\frac{1}{x-1}
\frac{x}{x+1} ; 1-\frac{1}{x+1}
\frac{x}{x+1} ; \frac{1}{1+\frac{1}{x}}
\frac{2x+4}{2} ; x+2
\frac{x-y}{y-x} ; -1
\frac{1}{x(x+1)} ; \frac{1}{x}-\frac{1}{x+1}
\frac{1}{(x+1)x} ; \frac{1}{x}-\frac{1}{x+1}
\frac{a^2-b^2}{a-b} ; a+b
\frac{x^2}{x} ; x
\frac{x}{x} ; 1
\frac{3x}{4y} ; \frac{3}{4}\cdot\frac{x}{y}
\frac{(x+1)^2}{x+1} ; x+1
x^{-1}+1 ; \frac{x+1}{x}

# trigonometry
\sin^2x+\cos^2x ; 1
\sin(x+y) ; \sin x\cos y+\cos x\sin y
\sin 2x ; 2\sin x\cos x
\tan x ; \frac{\sin x}{\cos x}
\cos 2x ; 2\cos^2 x-1
\cos 2x ; 1-2\sin^2 x
\sec^2 x-\tan^2 x ; 1
\sin^3 x ; \frac{3\sin x-\sin 3x}{4}
\cos 3x ; 4\cos^3 x-3\cos x
\sin x\cos y ; \frac{\sin(x+y)+\sin(x-y)}{2}
\cos^4 x-\sin^4 x ; \cos 2x
\cot x ; \frac{1}{\tan x}
\csc x ; \frac{1}{\sin x}
\tan(x+y) ; \frac{\tan x+\tan y}{1-\tan x\tan y}
\sin x ; \cos x
\sin^{-1} x ; \arcsin x
\sin^{-1}(x) ; \frac{1}{\sin x}
\sin^{-2} x ; \frac{1}{\sin^2 x}
\sin^0 x ; \sin x
\sin\arcsin x ; x
\arcsin(\sin x) ; x
\cos\arcsin x ; \sqrt{1-x^2}
\arcsin\frac{1}{2} ; \frac{\arcsin 1}{3}
\arccos 0 ; \arcsin 1
\arctan 1 ; \frac{\pi}{4}
\cos 0 ; 1
\sin 0 ; 0
\sin x y ; \sin(xy)
\sin(x)y ; y\sin x
\sin x\cos y ; \cos y\sin x
\sin x/y ; \sin\frac{x}{y}
\sin x+1 ; 1+\sin x
\sin{x} ; \sin x
\sin x(2) ; \sin 2x
\sin -x ; -\sin x
\sin(x,y) ; \sin x
\sin ; \sin
\sin^2 ; \sin^2
\sinx ; \sin x
\sin30^\circ ; \frac{1}{2}
\sin 1\cos 1 ; \frac{\sin 2}{2}
\sinh^2 x ; \cosh^2 x-1
\cosh x+\sinh x ; \exp(x)
\sinh x ; \frac{\exp(x)-\exp(-x)}{2}
\tanh x ; \frac{\sinh x}{\cosh x}
\arsinh x ; \sinh^{-1} x
\arctan\frac{1}{2}+\arctan\frac{1}{3} ; \arctan 1
\arcsin x+\arccos x ; \arcsin 1
\tan\frac{x}{2} ; \frac{\sin x}{1+\cos x}
\frac{1-\cos 2x}{\sin 2x} ; \tan x

# logarithm
\log 100 ; 2
\lg 100 ; 2
\log_{10} 100 ; 2
\log_2 8 ; 3
\log_28 ; 3
\log_2 3 ; \frac{\ln 3}{\ln 2}
\log_2(3)\log_3(2) ; 1
\log_2 6 ; 1+\log_2 3
\log_8 2 ; \frac{1}{3}
\log_4 8 ; \frac{3}{2}
\log_{\sqrt{2}} 8 ; 6
\ln 6 ; \ln 2+\ln 3
\log 8 ; 3\log 2
\ln\frac{1}{2} ; -\ln 2
\ln\sqrt{2} ; \frac{\ln 2}{2}
\ln x^2 ; 2\ln x
\log(xy) ; \log x+\log y
\ln(2x) ; \ln 2+\ln x
\log_2 x ; \frac{\ln x}{\ln 2}
\log_x x ; 1
\ln e ; 1
\ln(\exp(2)) ; 2
\exp(\ln x) ; x
\ln(\exp(x)) ; x
e^{\ln x} ; x
\log^2 x ; (\log x)^2
\log_2^3 x ; (\log_2 x)^3
\log_2 ; \log_2
\ln x y ; \ln(xy)
\ln(x)y ; y\ln x
\log_3 5 ; \log_5 3
\frac{\log 5}{\log 3} ; \log_3 5

# exponential
\exp(0) ; 1
\exp(x)\exp(y) ; \exp(x+y)
\exp(1) ; e
\exp(x)^2 ; \exp(2x)
\exp(-x) ; \frac{1}{\exp(x)}
\exp x ; e^x
\exp(\ln 2) ; 2
\exp(2\ln x) ; x^2

# factorial
7! ; 5040
0! ; 1
(-1)! ; 0
n! ; n\cdot(n-1)!
\frac{n!}{(n-1)!} ; n
\frac{n!}{(n-2)!} ; n^2-n
(n+1)! ; n!(n+1)
\frac{100!}{98!} ; 9900
5!! ; 120!
2^3! ; 40320
-5! ; -120
3!2! ; 12
20! ; 2432902008176640000
\frac{10!}{3!7!} ; 120
(2n)! ; 2n!
x!y ; yx!
(\frac{1}{2})! ; \frac{1}{2}\sqrt{2\arcsin 1}
100! ; 101!

# binomial
\binom{5}{2} ; 10
\dbinom{5}{2} ; \tbinom{5}{3}
\binom{10}{3} ; 120
\binom{5}{7} ; 0
\binom{n}{2} ; \frac{n^2-n}{2}
\binom{n}{k} ; \frac{n!}{k!(n-k)!}
\binom{n}{k} ; \binom{n}{n-k}
\binom{n+1}{k} ; \binom{n}{k}+\binom{n}{k-1}
\binom{n}{1} ; n
\binom{-2}{3} ; -4
\binom52 ; 10
{5\choose 2} ; 10
\binom{52}{5} ; 2598960

# absolute value
|{-3}| ; 3
|-3| ; 3
|x| ; x
|x|^2 ; x^2
|2x| ; 2|x|
|x-y| ; |y-x|
|x||y| ; |xy|
||x|| ; |x|
|1-\sqrt{2}| ; \sqrt{2}-1
|3-4\sqrt{-1}| ; 5
\left|x\right| ; |x|
\left|-3\right| ; 3
\le|x\right| ; |x|
2|x| ; |2x|
|x|y|z| ; |xz|y||
|x ; x
\|x\| ; |x|
\lvert x\rvert ; |x|
|x+1| ; |1+x|
|\frac{x}{y}| ; \frac{|x|}{|y|}

# floor and ceiling
\lfloor 2.5 \rfloor ; 2
\lfloor \frac{7}{2}\rfloor ; 3
\lceil \frac{7}{2}\rceil ; 4
\lfloor -2.5\rfloor ; -3
\lfloor \sqrt{5} \rfloor ; 2
\lceil \pi \rceil ; 4
\lfloor x+1\rfloor ; \lfloor x\rfloor+1
\lfloor x\rfloor ; x
\lfloor \sqrt{2}+\sqrt{3}\rfloor ; 3
\lfloor 3 ; 3

# subscript and name
x_1 ; x_{1}
x_1 ; x_2
x_{12} ; x_12
x_1x_2 ; x_2x_1
a_{n+1} ; a_{1+n}
x_{n} ; x_n
x_1^2 ; (x_1)^2
x^2_1 ; x_1^2
x^2_1y ; x^2y
x_ ; x
x' ; x'
x' ; x
x_1' ; x'_1
\alpha' ; \alpha
\alpha_1+\alpha_2 ; \alpha_2+\alpha_1
\mathit{ab} ; ab
\mathbf{x} ; \mathbf{x}
\mathrm{x} ; x
\mathbb{R} ; \mathbb{R}
\hat{x} ; \hat{x}
\vec{a}+\vec{b} ; \vec{b}+\vec{a}
\theta ; \vartheta
\x ; x
\overline{x} ; x
\overline{AB} ; \overline{BA}
\overline{x+y} ; \overline{x}+\overline{y}
\overline{3} ; 3
\angle ABC ; \angle CBA
A ; a

# function
f(x) ; f(x)
f(x) ; g(x)
f(x+1) ; f(1+x)
f((x+1)^2) ; f(x^2+2x+1)
f(2) ; f(1+1)
f(x)g(x) ; g(x)f(x)
f(x,y) ; f(y,x)
f(x,y) ; f(x,y)
f(1,234) ; f(1234)
f(1,23) ; f(123)
f(x)+1 ; 1+f(x)
f(x)^2 ; f(x)f(x)
f^2(x) ; f(x)^2
f^{-1}(x) ; \frac{x}{f}
f'(x) ; f'(x)
f(x) ; fx
f() ; f
f(x ; f
f(x,) ; f(x)
\Gamma(x) ; \Gamma(x)
h(g(x)) ; h(g(x))
P(A\cup B) ; P(B\cup A)

# equation
x=5 ; 5
x=5 ; x=5
y=2x+1 ; 2x+1
x\neq 3 ; x\neq 3
a=b=c ; c
x= ; x
= ; =
x &= 5 ; x=5
x=5, y=3 ; x=5, y=3
5, 3 ; 5
x:y=2:3 ; 2:3

# inequality
x<3 ; x<3
x \ge 3 ; x\geq 3
1<x<3 ; 1<x<3
x>0,y>0 ; x>0
x\leqslant 3 ; x\le 3
\le ; \le
3\gg 2 ; 3\gg 2

# text and unit
yes ; yes
\text{yes} ; \text{yes}
\text{yes} ; yes
\text{A} ; A
(A) ; A
\textbf{(A)} ; \textbf{A}
even ; odd
5\text{cm} ; 5cm
5in ; 5in
5in ; 5ni
3 cm^2 ; 3 cm^2
3\,\text{m} ; 3\text{m}
10:30\text{ a.m.} ; 10:30\text{ a.m.}
10:30 ; \frac{1}{3}
Monday ; Monday
and ; dan
dog ; god
ads ; das
\mbox{Sunday} ; \text{Sunday}
x \text{ and } y ; x \text{ and } y
\text{January 5} ; \text{January } 5
two ; 2
6 students ; 6
$5$ ; 5
\$5 ; 5
\$5 ; \$5

# percent and other characters
10\% ; 10\%
10% ; 10%
50\% ; 0.5
5~cm ; 5~cm
x\\y ; x\\y
\\frac{1}{2} ; \frac{1}{2}
x\ y ; xy
1;2 ; 1;2
x@y ; x@y
"x" ; x
#1 ; 1
x\%y ; x
1)% ; 1
1 ) \\ ; 1
½ ; \frac{1}{2}
٣/٤ ; 3/4
x² ; x^2
π ; \pi
a−b ; a-b
2×3 ; 6

# degree
30^\circ ; 30^{\circ}
30^\circ ; 30
90^{\circ} ; 90\circ
60^\circ+30^\circ ; 90^\circ
\circ ; \circ

# set
\{1,2\} ; \{1,2\}
\{1\} ; 1
\{1 ; 1
\emptyset ; \emptyset
\{x|x>0\} ; \{x|x>0\}
A\cup B ; B\cup A
A\cup B ; A\cap B
\mathbb{R}\setminus\{0\} ; \mathbb{R}\setminus\{0\}
x\in\mathbb{R} ; x\in\mathbb{R}
x \in [1,2] ; x \in [3,4]

# interval and tuple
[2,5) ; [2,5)
(1,2) ; (1,2)
(1,2) ; (2,1)
[0,1] ; [0,1]
(-\infty,2] ; (-\infty,2]
\left(1,2\right) ; (1,2)
(1 ; 1
[1 ; 1
1) ; 1
1] ; 1
1} ; 1
(1] ; 1
(1) ; 1
[1] ; 1
1,2 ; 1
1,2 ; 1,3
1,2,3 ; 3,2,1
\langle 1,2\rangle ; \langle 1,2\rangle
\langle x| ; \langle x|
|x\rangle ; |x\rangle
|x\rangle ; |y\rangle

# matrix
\begin{pmatrix}1\\2\end{pmatrix} ; \begin{pmatrix}1\\2\end{pmatrix}
\begin{pmatrix}1&2\end{pmatrix} ; \begin{pmatrix}1&2\end{pmatrix}
\begin{pmatrix}1\end{pmatrix} ; \begin{pmatrix}1\end{pmatrix}
\begin{array}{c}1\end{array} ; \begin{array}{c}1\end{array}

# beginning of a text
x+ ; x
x- ; x
x* ; x
x** ; x
x**2 ; x
x+1) ; x+1
x( ; x
x(x+1 ; x
2(3 ; 2
x{} ; x
x{ ; x
{x}+ ; x
x,y ; x
x\to y ; x
3. ; 3
x. ; x
x.5 ; x
a.m. ; a
x! ! ; x!!
+ ; +
- ; -
x^2+ ; x^2
\frac{1}{2}+ ; \frac{1}{2}
\frac{1}{2}\frac ; \frac{1}{2}
\frac{1}{2}) ; \frac{1}{2}
2\sin ; 2
x\frac{1}{2 ; x
<> ; <>
<> ; 0
{} ; {}
() ; ()
(()) ; 0
((x)) ; x
{{{x}}} ; x
\left(x\right) ; x
\le(1,2\right) ; (1,2)
x\right) ; x
\left.x\right| ; x

# spacing
1\!000 ; 1000
2\,x ; 2x
2\;x ; 2\:x
2\quad x ; 2\qquad x
x\thinspace y ; xy
2 \pi ; 2\pi
a\"b ; ab
x\(y ; xy
\tfrac {1}{2} ; \frac{1} {2}
\frac 1 2 ; \frac12
x ^ 2 ; x^2
x\hspace{1}y ; xy

# differential
dx ; dx
dx ; xd
d ; d
2d ; d2
d x ; dx
d\theta ; d\theta
d\theta ; \theta d
ad ; da
dd ; d^2

# derivative
\frac{d}{dx} x^2 ; 2x
\frac{d}{dx} \sin x ; \cos x
\frac{d(x^3)}{dx} ; 3x^2
\frac{dy}{dx} ; 0
\frac{d}{dx} ; \frac{d}{dx}
\frac{\partial}{\partial x} x^2y ; 2xy
2\frac{d}{dx}x^2 ; 4x
\frac{d}{dx} f(x) ; \frac{d}{dx} f(x)
\frac{1}{dx} ; \frac{1}{dx}
\frac{d}{dx}\frac{d}{dx}x^3 ; 6x
x^2|_{x=3} ; 9
x^2|^{x=2}_{x=1} ; 3
\frac{d}{dx} \exp(2x) ; 2\exp(2x)

# integral
\int_0^1 x dx ; \frac{1}{2}
\int_0^1 x dx ; \int_0^1 x dx
\int_0^1 x dx ; \int_0^1 t dt
\int x dx ; \frac{x^2}{2}
\int_0^1 f(x) dx ; \int_0^1 f(x) dx
\int_1^2 \frac{1}{x} dx ; \ln 2
\int ; \int

# sum and limit
\sum_{k=1}^{10} k ; 55
\sum_{k=1}^{10} k^2 ; 385
\sum_{k=1}^{5} k ; 16
\sum_{k=5}^{1} k ; -9
\sum_{k=0}^{4} \binom{4}{k} ; 16
\sum_{k=1}^{3} x^k ; x+x^2+x^3
\prod_{k=1}^{5} k ; 120
\prod_{k=1}^{3} (x+k) ; (x+1)(x+2)(x+3)
\sum_{i=1}^n i ; \frac{n(n+1)}{2}
\sum_{k=1}^{n} k^2 ; \frac{n^3}{3}+\frac{n^2}{2}+\frac{n}{6}
\sum_{k=0}^{\infty} \frac{1}{2^k} ; 2
\sum_i i ; \sum_i i
\lim_{x\to 2} x^2 ; 4
\lim_{x\to 0}\frac{\sin x}{x} ; 1
\lim_{x\to 0} x ; 0

# undefined and infinite
\frac{1}{0} ; \frac{1}{0}
\frac{0}{0} ; 1
\frac{1}{x-x} ; \frac{1}{x-x}
\frac{1}{2-2} ; 3
0^{-1} ; 0^{-1}
\ln 0 ; 1
\infty ; \infty
-\infty ; -\infty
2\infty ; \infty
\iny ; \iny

# plus or minus and other commands
\pm 1 ; \pm 1
5\pm\sqrt{2} ; 5\pm\sqrt{2}
x=\pm 1 ; x=\pm 1
\pm 1 ; 1
3\pm 2 ; 2\pm 3
\cdots ; \cdots
1,2,\ldots ; 1
\triangle ABC ; \triangle ABC
x\bmod 3 ; x\bmod 3
\boxed{3} ; 3
\dots ; \dots
\max(x,y) ; \max(y,x)
\gcd(4,6) ; 2
\arg x ; \arg x
\operatorname{lcm}(4,6) ; \operatorname{lcm}(4,6)

# complex
i^2 ; -1
3+4i ; 4i+3
(1+i)^2 ; 1+2i+i^2
(1+i)(1-i) ; 2
\sqrt{-1}^2 ; -1
\frac{1}{1+i} ; \frac{1-i}{1-i^2}
2+3i ; 2-3i
(1+\sqrt{-1})^4 ; -4
\frac{1+\sqrt{-3}}{2} ; (-1)^{1/3}
"""


class Timeout(Exception):
    pass


def on_alarm(signal_number, frame):
    raise Timeout


def outcome(a: str, b: str) -> str:
    signal.alarm(LIMIT_SECONDS)
    try:
        return "equal" if sympy.simplify(parse_latex(a) - parse_latex(b)) == 0 else "different"
    except Timeout:
        raise SystemExit(f"no outcome in {LIMIT_SECONDS} seconds: {a} ; {b}")
    except Exception:
        return "unreadable"
    finally:
        signal.alarm(0)


def pairs():
    topic = ""
    for line in PAIRS.strip().split("\n"):
        if line.startswith("# "):
            topic = line[2:]
        elif line:
            a, b = (side.replace("<nl>", "\n").replace("<>", "") for side in line.split(" ; "))
            yield topic, a, b


def main():
    assert sympy.__version__ == "1.14.0", sympy.__version__
    signal.signal(signal.SIGALRM, on_alarm)
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    with OUTPUT.open("w", encoding="utf-8") as file:
        for number, (topic, a, b) in enumerate(pairs(), 1):
            row = {
                "id": f"symbolic-{number:04}",
                "topic": topic,
                "input": {"a": a, "b": b},
                "expected": {"outcome": outcome(a, b)},
            }
            file.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
