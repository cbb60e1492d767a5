/** The inbox page's looks: one column on a phone, list and controls side by side on a wide screen. */
export const inboxStyle = `
:root { --ink:#1b2430; --soft:#5d6876; --line:#e3e8ee; --ground:#eef1f5; --card:#fff; --blue:#1558c0; --blue-soft:#e8f0fd; --green:#12703f; --green-soft:#e4f5ec; --red:#b3261e; --red-soft:#fdeceb; --amber:#8a5200; --amber-soft:#fff3dc; }
* { box-sizing:border-box; }
[hidden] { display:none !important; }
html { -webkit-text-size-adjust:100%; }
body { margin:0; background:var(--ground); color:var(--ink); font:16px/1.6 -apple-system,BlinkMacSystemFont,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC","Noto Sans SC",sans-serif; }
button,input { font:inherit; color:inherit; }
button { cursor:pointer; }
:focus-visible { outline:3px solid #7db0ff; outline-offset:2px; }
h1,h2,p,ol { margin:0; padding:0; }
.frame { max-width:640px; margin:0 auto; padding-bottom:env(safe-area-inset-bottom); }
.side { background:var(--card); border-bottom:1px solid var(--line); padding:14px 16px 12px; }
.top { display:flex; align-items:center; justify-content:space-between; gap:12px; }
h1 { font-size:22px; line-height:1.3; }
.sub { color:var(--soft); font-size:14px; }
.clock { text-align:right; font-size:12px; line-height:1.35; color:var(--soft); white-space:nowrap; }
.clock span,.clock time { display:block; }
.clock time { font-size:16px; font-weight:600; color:var(--ink); font-variant-numeric:tabular-nums; }
.search { display:flex; gap:8px; margin-top:12px; }
.search input { flex:1; min-width:0; height:44px; padding:0 14px; border:1px solid #c6ced8; border-radius:10px; background:#fff; }
.search input::placeholder { color:#6d7784; }
.search button { flex:none; height:44px; padding:0 16px; border:0; border-radius:10px; background:var(--blue); color:#fff; }
.numbers { display:flex; gap:8px; margin:12px -16px 0; padding:2px 16px 4px; overflow-x:auto; scrollbar-width:none; }
.numbers::-webkit-scrollbar { display:none; }
.numbers a { flex:none; display:flex; align-items:center; gap:6px; min-height:36px; padding:0 12px; border:1px solid var(--line); border-radius:18px; color:var(--ink); font-size:14px; text-decoration:none; font-variant-numeric:tabular-nums; background:#fff; }
.numbers a small { color:var(--soft); }
.numbers a[aria-current] { background:var(--blue); border-color:var(--blue); color:#fff; }
.numbers a[aria-current] small { color:#dbe8ff; }
.mode { margin-top:12px; }
h2 { font-size:14px; font-weight:600; }
.segments { display:grid; grid-template-columns:repeat(3,1fr); gap:3px; margin-top:6px; padding:3px; border-radius:11px; background:var(--ground); }
.segments button { min-height:42px; border:0; border-radius:8px; background:none; font-size:15px; color:var(--soft); }
.segments button[aria-pressed=true] { background:#fff; color:var(--ink); font-weight:600; box-shadow:0 1px 3px rgba(20,40,70,.18); }
.segments button[aria-pressed=true]::before { content:""; display:inline-block; width:8px; height:8px; margin-right:6px; border-radius:50%; background:var(--dot,var(--soft)); vertical-align:1px; }
.segments [data-mode=delivered] { --dot:#1f9d5b; } .segments [data-mode=failed] { --dot:#d33a31; } .segments [data-mode=silent] { --dot:#98a2ae; }
.hint { margin-top:6px; font-size:13px; line-height:1.5; color:var(--soft); }
.hint button { padding:0 2px; border:0; background:none; color:var(--blue); text-decoration:underline; min-height:32px; }
.offline { margin:12px 16px 0; padding:8px 12px; border-radius:10px; background:var(--amber-soft); color:var(--amber); font-size:14px; }
.list { list-style:none; padding:14px 16px 32px; display:grid; gap:14px; }
.day { text-align:center; font-size:13px; color:var(--soft); }
.message { background:var(--card); border:1px solid var(--line); border-radius:16px; padding:12px 14px; }
.message.new { animation:arrive .35s ease-out; }
@keyframes arrive { from { opacity:0; transform:translateY(-8px); } }
@media (prefers-reduced-motion:reduce) { .message.new { animation:none; } }
.who { display:flex; align-items:center; gap:10px; }
.face { flex:none; width:38px; height:38px; border-radius:50%; display:grid; place-items:center; background:var(--blue); color:#fff; font-size:16px; font-weight:600; }
.wechat .face { background:#128a4a; }
.who div { flex:1; min-width:0; line-height:1.35; }
.who strong { display:block; font-size:16px; }
.who a,.who span.to { color:var(--soft); font-size:14px; text-decoration:none; font-variant-numeric:tabular-nums; }
.who a:hover { text-decoration:underline; }
.who time { flex:none; align-self:flex-start; padding-top:2px; font-size:13px; color:var(--soft); font-variant-numeric:tabular-nums; }
.text { margin:10px 0 0; padding:10px 13px; border-radius:4px 14px 14px 14px; background:#f1f4f8; font-size:17px; line-height:1.65; overflow-wrap:anywhere; white-space:pre-line; }
.wechat .text { background:#eef7f1; }
.code { padding:1px 7px; border:0; border-radius:6px; background:#fff3c4; color:#5a3d00; font-size:21px; font-weight:700; letter-spacing:.08em; font-variant-numeric:tabular-nums; line-height:1.4; }
.code:hover { background:#ffe894; }
.foot { display:flex; flex-wrap:wrap; align-items:center; justify-content:space-between; gap:8px; margin-top:10px; }
.state { display:inline-flex; align-items:center; min-height:28px; padding:0 10px; border-radius:14px; font-size:13px; background:var(--ground); color:var(--soft); }
.state.delivered { background:var(--green-soft); color:var(--green); }
.state.failed { background:var(--red-soft); color:var(--red); }
.state.waiting { background:var(--blue-soft); color:var(--blue); }
.state.gaveUp { background:var(--amber-soft); color:var(--amber); }
.acts { display:flex; gap:6px; }
.acts button { min-height:40px; padding:0 12px; border:1px solid #c6ced8; border-radius:9px; background:#fff; font-size:14px; }
.acts button:hover:not(:disabled) { border-color:var(--blue); color:var(--blue); }
.acts button:disabled { color:#8b95a1; border-color:var(--line); background:#f7f9fb; cursor:default; }
.empty { padding:72px 24px; text-align:center; font-size:18px; }
.empty .sub { margin-top:4px; font-size:15px; }
.empty-icon { width:64px; height:48px; margin:0 auto 18px; border:3px solid #b4bfcc; border-radius:12px; position:relative; }
.empty-icon::before,.empty-icon::after { content:""; position:absolute; left:12px; right:12px; height:3px; border-radius:2px; background:#b4bfcc; top:14px; }
.empty-icon::after { top:24px; right:26px; }
.sr { position:absolute; width:1px; height:1px; overflow:hidden; clip-path:inset(50%); }
@media (min-width:900px) {
  .frame { display:grid; grid-template-columns:336px minmax(0,680px); justify-content:center; gap:28px; max-width:none; min-height:100vh; padding:28px 24px; align-items:start; }
  .side { position:sticky; top:28px; max-height:calc(100vh - 56px); border:1px solid var(--line); border-radius:18px; padding:20px; display:flex; flex-direction:column; }
  .numbers { order:3; flex-direction:column; gap:2px; margin:14px -8px 0; padding:12px 0 0; border-top:1px solid var(--line); overflow-y:auto; }
  .numbers a { justify-content:space-between; min-height:40px; border:0; border-radius:9px; font-size:15px; }
  .numbers a:hover:not([aria-current]) { background:var(--ground); }
  .mode { margin-top:16px; }
  .list { padding:0 0 32px; }
  .offline { margin:0 0 14px; }
  .empty { padding-top:140px; }
}
`;
