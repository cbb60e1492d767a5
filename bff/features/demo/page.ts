/** `/demo`: the stage manager's page of a demonstration: the clock, whose turn it is, where to look. */

export const demoPage = `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><link rel="icon" href="data:,"><title>演示控制台</title><style>
*{box-sizing:border-box}body{font:18px/1.6 system-ui,"Noto Sans CJK SC",sans-serif;margin:0;background:#f3f5f8;color:#1b2430}main{max-width:960px;margin:0 auto;padding:20px 16px 48px}
h1{font-size:26px;margin:8px 0}h2{font-size:20px;margin:28px 0 8px}.card{background:#fff;border-radius:12px;padding:16px 20px;box-shadow:0 1px 3px #0001}
#now{font-size:40px;font-weight:700;font-variant-numeric:tabular-nums;letter-spacing:.02em}.muted{color:#5b6675}.row{display:flex;flex-wrap:wrap;gap:10px;margin-top:12px}
button,a.button{font:inherit;min-height:48px;padding:8px 18px;border-radius:10px;border:1px solid #b9c4d2;background:#fff;color:#14406b;cursor:pointer;text-decoration:none;display:inline-flex;align-items:center}
button.primary{background:#14508c;border-color:#14508c;color:#fff}button:disabled{opacity:.5;cursor:wait}button:focus-visible,a:focus-visible{outline:3px solid #f0a500;outline-offset:2px}
table{width:100%;border-collapse:collapse}td,th{text-align:left;padding:10px 8px;border-bottom:1px solid #e6ebf1}th{font-weight:600;color:#5b6675;font-size:16px}.scroll{overflow-x:auto}code{background:#eef2f7;border-radius:5px;padding:2px 6px}
</style></head><body><main><h1>演示控制台</h1><p class="muted">这里的人物和房源都是虚构的。演示用的时钟可以往前拨，途中到时的事会按顺序发生。</p>
<div class="card"><div id="now">……</div><div class="muted" id="due"></div><div class="row" id="jumps">
<button class="primary" data-next="1">到下一件事</button><button data-ms="60000">+1 分钟</button><button data-ms="600000">+10 分钟</button><button data-ms="3600000">+1 小时</button><button data-ms="14400000">+4 小时</button><button data-ms="86400000">+1 天</button></div><div class="row"><button id="auto" aria-pressed="false">让演示家庭自己选房：已关</button></div><div id="state" role="status" class="muted"></div></div>
<h2>去看看</h2><div class="row"><a class="button" href="./" target="board">选房大厅</a><a class="button" id="inbox" target="inbox">短信收件箱</a><a class="button" href="docs" target="docs">接口说明</a></div>
<h2>现在轮到谁</h2><div class="card scroll"><table><thead><tr><th>通道</th><th>轮到</th><th>家庭</th><th>用这个手机号登录</th></tr></thead><tbody id="cast"></tbody></table></div>
<h2>工作人员</h2><div class="card scroll"><table><thead><tr><th>账号</th><th>密码</th><th>身份</th></tr></thead><tbody id="staff"></tbody></table></div>
</main><script src="demo/page.js"></script></body></html>`;

export const demoScript = `'use strict';
const $ = (id) => document.getElementById(id);
let offset = 0, next = null, busy = false;
const show = (ms) => new Date(ms + 8 * 3600000).toISOString().slice(0, 19).replace('T', ' ');
const row = (cells) => { const tr = document.createElement('tr'); for (const text of cells) { const td = document.createElement('td'); td.textContent = text == null || text === '' ? '—' : text; tr.append(td); } return tr; };
async function refresh() {
  const clock = await (await fetch('api/demo/clock')).json();
  offset = clock.nowMs - Date.now(); next = clock.nextDueMs;
  $('auto').setAttribute('aria-pressed', String(clock.autopilot)); $('auto').textContent = '让演示家庭自己选房：' + (clock.autopilot ? '已开' : '已关');
  $('due').textContent = next === null ? '接下来没有到时的事' : '下一件到时的事：' + show(next);
  const cast = await (await fetch('api/demo/cast')).json();
  $('inbox').href = cast.inboxUrl;
  $('cast').replaceChildren(...cast.lanes.map((l) => row([l.laneName, l.label, l.name, l.phone])));
  $('staff').replaceChildren(...cast.staff.map((s) => row([s.account, s.password, s.name])));
}
async function jump(byMs) {
  if (busy || !(byMs > 0)) return;
  busy = true; for (const b of document.querySelectorAll('#jumps button')) b.disabled = true;
  $('state').textContent = '正在拨动时钟……';
  try {
    const answer = await fetch('api/demo/clock/travel', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ byMs: Math.ceil(byMs) }) });
    $('state').textContent = answer.ok ? '' : (await answer.json()).title;
    await refresh();
  } catch { $('state').textContent = '连不上服务，请稍后再试'; }
  busy = false; for (const b of document.querySelectorAll('#jumps button')) b.disabled = false;
}
for (const b of document.querySelectorAll('#jumps button')) b.addEventListener('click', () => jump(b.dataset.next ? (next === null ? 0 : next - (Date.now() + offset)) : Number(b.dataset.ms)));
$('auto').addEventListener('click', async () => { await fetch('api/demo/autopilot', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ on: $('auto').getAttribute('aria-pressed') !== 'true' }) }); await refresh(); });
setInterval(() => { $('now').textContent = show(Date.now() + offset); }, 250);
refresh(); setInterval(() => { if (!busy) refresh().catch(() => {}); }, 5000);
`;
