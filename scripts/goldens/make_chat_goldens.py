"""What Jinja makes of templates: the goldens of tests/tasks/jinja_template_test.cc.

Usage: python3 scripts/goldens/make_chat_goldens.py > tests/golden/tasks/jinja_cases.jsonl

Needs jinja2 (the goldens in the tree are those of 3.1.6). Each line has a template, the names it is
rendered with, and what comes out; `output` is null where Jinja raises an exception. The environment
is the one in which Hugging Face's transformers renders chat templates: trim_blocks, lstrip_blocks,
loop controls, raise_exception, and tojson without HTML escapes.

Three kinds of templates: one for each construct, conversations in the styles of chat models, and
random ones that put tags, signs and whitespace beside each other.
"""

import json
import random

from jinja2.sandbox import ImmutableSandboxedEnvironment

CONVERSATIONS = [
    [{"role": "user", "content": "What is a falcon?"}],
    [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": " Two spaces:  here\n"},
        {"role": "assistant", "content": "Fine.\n\nTwo lines."},
        {"role": "user", "content": "Grüße, 世界 🦅"},
    ],
    [
        {"role": "user", "content": "1"},
        {"role": "assistant", "content": "2"},
        {"role": "user", "content": "3"},
        {"role": "assistant", "content": "4"},
        {"role": "user", "content": "5"},
    ],
    [{"role": "assistant", "content": "I begin."}, {"role": "user", "content": "Wrong order."}],
]

# In the styles of instruction-tuned models, written for this file.
STYLES = {
    "alternating": """{%- if messages[0]['role'] == 'system' %}
    {%- set lead = messages[0]['content'] %}
    {%- set turns = messages[1:] %}
{%- else %}
    {%- set turns = messages %}
{%- endif %}
{{- bos_token }}
{%- for turn in turns %}
    {%- if (turn['role'] == 'user') != (loop.index0 % 2 == 0) %}
        {{- raise_exception('turns must alternate') }}
    {%- endif %}
    {%- if turn['role'] == 'user' %}
        {%- if loop.first and lead is defined %}
            {{- ' [INST] ' + lead + '\\n\\n' + turn['content'] + ' [/INST]' }}
        {%- else %}
            {{- ' [INST] ' + turn['content'] + ' [/INST]' }}
        {%- endif %}
    {%- elif turn['role'] == 'assistant' %}
        {{- ' ' + turn['content'] + eos_token}}
    {%- else %}
        {{- raise_exception('another role') }}
    {%- endif %}
{%- endfor %}
""",
    "one line": "{{ bos_token }}{% for m in messages %}{% if m['role'] == 'user' %}{{ '[INST] ' + "
    "m['content'] + ' [/INST]' }}{% elif m['role'] == 'assistant' %}{{ m['content'] + eos_token }}"
    "{% else %}{{ raise_exception('roles') }}{% endif %}{% endfor %}",
    "marked system": "{% if messages[0]['role'] == 'system' %}{% set rest = messages[1:] %}"
    "{% set lead = messages[0]['content'] %}{% else %}{% set rest = messages %}{% set lead = false %}"
    "{% endif %}{% for m in rest %}{% if loop.index0 == 0 and lead != false %}{% set text = "
    "'<<SYS>>\\n' + lead + '\\n<</SYS>>\\n\\n' + m['content'] %}{% else %}{% set text = "
    "m['content'] %}{% endif %}{% if m['role'] == 'user' %}{{ bos_token + '[INST] ' + text.strip() "
    "+ ' [/INST]' }}{% elif m['role'] == 'assistant' %}{{ ' ' + text.strip() + ' ' + eos_token }}"
    "{% endif %}{% endfor %}",
    "im": "{% for m in messages %}{{'<|im_start|>' + m['role'] + '\\n' + m['content'] + "
    "'<|im_end|>' + '\\n'}}{% endfor %}{% if add_generation_prompt %}"
    "{{ '<|im_start|>assistant\\n' }}{% endif %}",
    "headers": "{% for message in messages %}\n{% if message['role'] == 'user' %}\n"
    "{{ '<|user|>\\n' + message['content'] + eos_token }}\n{% elif message['role'] == 'system' %}\n"
    "{{ '<|system|>\\n' + message['content'] + eos_token }}\n{% elif message['role'] == "
    "'assistant' %}\n{{ '<|assistant|>\\n'  + message['content'] + eos_token }}\n{% endif %}\n"
    "{% if loop.last and add_generation_prompt %}\n{{ '<|assistant|>' }}\n{% endif %}\n{% endfor %}",
    "namespace": """{%- set ns = namespace(index=0, lead='') %}
{%- for message in messages | rejectattr('role', 'equalto', 'tool') %}
  {%- if message.role == 'system' %}{% set ns.lead = message.content | trim %}{% continue %}{% endif %}
  {%- set ns.index = ns.index + 1 %}
  {{- '#' ~ ns.index ~ ' ' ~ message.role | capitalize ~ ': ' ~ ns.lead ~ message.content | trim }}
  {%- if not loop.last %}{{ '\\n' }}{% endif %}
{%- endfor %}
""",
    "tools": """{%- if tools is not none and tools is defined %}{{ tools | tojson }}{% endif %}
{%- set users = messages | selectattr("role", "equalto", "user") | list %}
{%- for m in messages %}{% if m["role"] == "user" and m == users[-1] %}{{ "[LAST]" }}{% endif %}
{%- if m.tool_calls is defined and m.tool_calls is not none %}calls{% endif %}
{{- m["content"] if m["content"] is string else "parts" }}|{% endfor %}
{%- if messages | length > 1 %}{{ messages | length }}{% endif %}""",
}

CONSTRUCTS = [
    "{{ 'a' }}{{ \"b\" }}{{ 'a\\n\\t\\\\\\'\\x41\\u00e9\\q' }}", "{{ 1 + 2 * 3 - 4 // 3 }}",
    "{{ 7 % 3 }} {{ -7 % 3 }} {{ -7 // 2 }} {{ 7 // -2 }} {{ 7 / 2 }} {{ 6 / 2 }}",
    "{{ 1.5 + 2 }} {{ 2.0 * 3 }} {{ 0.1 + 0.2 }} {{ 1.5 // 1 }} {{ -1.5 % 1 }}",
    "{{ 1 == 1.0 }} {{ true == 1 }} {{ '1' == 1 }} {{ none == false }}", "{{ 1 < 2 < 3 }} {{ 1 < 3 < 2 }}",
    "{{ 'a' < 'b' }} {{ 'é' > 'z' }} {{ 2 >= 2 }} {{ 2 != 2 }}", "{{ not true or true and false }}",
    "{{ not not 1 }} {{ not 1 == 2 }}", "{{ 'x' or 'y' }}{{ '' or 'y' }}{{ 'x' and 'y' }}{{ 0 and 1 }}",
    "{{ 'a' in 'cat' }} {{ 1 not in [1, 2] }} {{ 'k' in {'k': 1} }}", "{{ 'a' ~ 1 ~ none ~ 2.5 ~ true }}",
    "{{ 1 if 0 else 2 }}{{ 1 if 1 }}{{ 1 if 0 }}", "{{ 'a' if false else 'b' if false else 'c' }}",
    "{{ [1, 2, 3][0] }}{{ [1, 2, 3][-1] }}{{ [1, 2][5] }}", "{{ 'héllo'[1] }}{{ 'héllo'[-1] }}{{ 'abc'[9] }}",
    "{{ 'abcdef'[1:4] }}|{{ 'abcdef'[::-1] }}|{{ 'abcdef'[-2:] }}|{{ 'abcdef'[:100] }}|{{ 'abcdef'[4:1] }}",
    "{{ 'abcdef'[::2] }}|{{ 'abcdef'[5:0:-2] }}|{{ 'äöü'[1:] }}", "{{ [1,2,3][1:] | length }}{{ [][0:] | length }}",
    "{{ {'a': {'b': 1}}.a.b }}{{ {'a': 1}['a'] }}{{ {'a': 1}.b }}{{ {'a': {'b': 2}}['a']['b'] }}",
    "{{ nothing }}|{{ nothing is defined }}|{{ nothing is undefined }}|{{ nothing or 'd' }}",
    "{{ nothing | default('d') }}{{ '' | default('d') }}|{{ '' | default('d', true) }}{{ none | d('x') }}",
    "{{ nothing.member }}", "{{ nothing['member'] }}", "{{ nothing + 'x' }}", "{{ 'x' + 1 }}", "{{ 'x' + none }}",
    "{{ nothing == nothing }} {{ nothing == '' }} {{ nothing | length }}", "{{ 1 / 0 }}",
    "{{ '  a b ' | trim }}|{{ '  a ' | trim | length }}|{{ 'xaxx' | trim('x') }}",
    "{{ ' a '.strip() }}|{{ ' a '.lstrip() }}|{{ ' a '.rstrip() }}|{{ 'xyaxy'.strip('xy') }}|{{ '\\u00a0a\\u2003'.strip() }}|",
    "{{ 'a,b,,c'.split(',') | join('-') }} {{ ' a  b '.split() | join('-') }} {{ 'a</t>b'.split('</t>')[-1] }}",
    "{{ 'abc'.startswith('ab') }}{{ 'abc'.endswith('ab') }}", "{{ 'aXbX'.replace('X', 'yy') }}{{ 'aXb' | replace('X', '') }}",
    "{{ 'ÄBC' | lower }}{{ 'äBC' | capitalize }}{{ 'ABC'.lower() }}{{ 'aBC'.capitalize() }}",
    "{{ [3, 1] | first }}{{ [3, 1] | last }}{{ 'abc' | first }}|{{ [] | first }}", "{{ [1, 2] | join(', ') }}{{ ['a'] | join }}",
    "{{ '12' | int + 1 }}{{ 'x' | int }}{{ 3.9 | int }}", "{{ 12 | string + '3' }}", "{{ [1, 2, 3] | reverse | join('') }}",
    "{{ [{'a': 1}, {'a': 2}] | map(attribute='a') | join(',') }}", "{{ {'b': 1, 'a': [1, 2.5, none, true, 'é\"\\n']} | tojson }}",
    "{{ [{'a': 1}, {'a': 2}, {}] | selectattr('a', 'defined') | list | length }}",
    "{{ [{'a': 1}, {'a': 0}] | selectattr('a') | list | length }}", "{{ [{'a': 1}, {'a': 2}] | rejectattr('a', 'eq', 1) | map(attribute='a') | join }}",
    "{% for k, v in {'x': 1, 'y': 2}.items() %}{{ k }}={{ v }};{% endfor %}", "{% for k in {'x': 1} %}{{ k }}{% endfor %}",
    "{% for k, v in {'x': 1} | items %}{{ k }}{{ v }}{% endfor %}", "{{ {'x': 1}.get('x') }}{{ {}.get('x') }}{{ {}.get('x', 'd') }}",
    "{{ {'x': 1, 'y': 2}.keys() | list | join(',') }}",
    "{% for x in [1, 2, 3] %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }} {% endfor %}",
    "{% for x in [1, 2, 3] %}{{ loop.previtem }}{{ loop.nextitem }};{% endfor %}", "{% for x in [] %}a{% else %}none{% endfor %}",
    "{% for x in [1, 2, 3, 4] if x % 2 == 0 %}{{ x }}{{ loop.length }}{% endfor %}", "{% for x in range(5) %}{% if x == 1 %}{% continue %}{% endif %}{% if x == 3 %}{% break %}{% endif %}{{ x }}{% endfor %}",
    "{{ range(3) | list | join }}{{ range(1, 7, 2) | list | join }}{{ range(3, 0, -1) | list | join }}",
    "{% set x = 1 %}{% for y in [1, 2] %}{% set x = x + y %}{{ x }}{% endfor %}{{ x }}", "{% set a, b = 1, 'z' %}{{ a }}{{ b }}",
    "{% if true %}{% set x = 5 %}{% endif %}{{ x }}", "{% set ns = namespace(n=0) %}{% for y in [1, 2] %}{% set ns.n = ns.n + y %}{% endfor %}{{ ns.n }}{{ ns.other is defined }}",
    "{% set t = (1, 2) %}{{ t[1] }}{{ (3) + 1 }}{{ () | length }}{{ (1,) | length }}", "{% for c in 'añb' %}{{ c }}.{% endfor %}",
    "{{ 'a' is string }}{{ 1 is string }}{{ {} is mapping }}{{ [] is mapping }}{{ [] is iterable }}{{ 1 is iterable }}{{ 'a' is sequence }}",
    "{{ 1 is number }}{{ 1.5 is number }}{{ true is boolean }}{{ 1 is boolean }}{{ none is none }}{{ 1 is integer }}{{ 1.5 is float }}{{ true is true }}{{ 0 is false }}",
    "{{ 3 is odd }}{{ 3 is even }}{{ 9 is divisibleby 3 }}{{ 9 is divisibleby(2) }}{{ 1 is eq 1 }}{{ 1 is ne(1) }}{{ 2 is gt 1 }}{{ 2 is le 1 }}{{ 1 is in [1] }}",
    "{{ 1 is not none }}{{ nothing is not defined }}", "{{ 'a' 'b' }}", "{{ -1 | string }}{{ +1 }}{{ - 2 + 3 }}", "{{ 2 * -3 }}", "{{ true }}{{ True }}{{ none }}{{ None }}{{ 1 }}{{ 1.0 }}",
    "{{ ['a', ['b']][1][0] }}", "a{# comment #}b{#- c -#} d", "{# first #}\nx", "  {# indented #}\n  y", "x\n", "x\n\n", "", "\n", "a\r\nb\rc",
    "{% if 0 %}a{% elif 1 %}b{% elif 1 %}c{% else %}d{% endif %}{% if 0 %}a{% else %}b{% endif %}", "{{ '}}' }}{{ '%}' }}{{ {'a': {'b': 1}} | length }}",
    "{{ raise_exception('no') }}", "{% if false %}{{ raise_exception('no') }}{% endif %}ok", "{{ '' if x is defined else 'u' }}", "{{ 'abc' | length }}{{ 'é' | count }}{{ {'a': 1} | length }}",
    "{% if messages[0]['role'] == 'user' and messages[0].content | length > 3 %}y{% endif %}", "{{ messages[-1]['content'][:5] }}", "{{ messages[0].missing }}{{ messages[0]['missing'] is defined }}",
    "{% for m in messages[::-1] %}{{ m.role[0] }}{% endfor %}", "{{ 'a' if messages[0].content is string and not messages[0].tool_calls else 'b' }}",
]


def random_template(rng):
    """Tags with random signs and whitespace around, nested at random."""

    def space():
        return "".join(rng.choice([" ", "  ", "\n", "\n\n", "\t", "", "", "x", " y\n", "\n  "]) for _ in range(2))

    def block(body):
        return "{%" + rng.choice(["", "", "-", "+"]) + " " + body + " " + rng.choice(["", "", "-", "+"]) + "%}"

    def piece(depth):
        kind = rng.randrange(6 if depth < 3 else 3)
        if kind == 0:
            return "{{" + rng.choice(["", "-"]) + " 'v' " + rng.choice(["", "-"]) + "}}"
        if kind == 1:
            return "{#" + rng.choice(["", "-", "+"]) + " c " + rng.choice(["", "-", "+"]) + "#}"
        if kind == 2:
            return block("set q = 1")
        inner = "".join(space() + piece(depth + 1) for _ in range(rng.randrange(3))) + space()
        if kind == 3:
            return block("if " + rng.choice(["1", "0"])) + inner + block("else") + space() + block("endif")
        if kind == 4:
            return block("for i in [1, 2]") + inner + block("endfor")
        return block("if 1") + inner + block("endif")

    return "".join(space() + piece(0) for _ in range(rng.randrange(1, 5))) + space()


def refuse(message):
    raise ValueError(message)


def main():
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"]
    )
    environment.filters["tojson"] = lambda value: json.dumps(value, ensure_ascii=False)
    environment.globals["raise_exception"] = refuse

    def case(kind, template, messages):
        names = {
            "messages": messages,
            "add_generation_prompt": True,
            "bos_token": "<s>",
            "eos_token": "</s>",
            "tools": None,
        }
        try:
            output = environment.from_string(template).render(**names)
        except Exception:  # whatever Python raises, the evaluator must refuse
            output = None
        line = {"kind": kind, "template": template, "messages": messages, "output": output}
        print(json.dumps(line, ensure_ascii=False))

    for template in CONSTRUCTS:
        case("construct", template, CONVERSATIONS[1])
    for name, template in STYLES.items():
        for messages in CONVERSATIONS:
            case(name, template, messages)
    rng = random.Random(1234)
    for _ in range(400):
        case("random", random_template(rng), CONVERSATIONS[0])


if __name__ == "__main__":
    main()
