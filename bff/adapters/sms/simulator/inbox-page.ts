/**
 * The simulator's inbox: what would be on families' phones. One self-contained page; everything shown of a
 * message is put in as text by the script, never as markup, and a nonce keeps out any script but ours.
 */
import { randomBytes } from 'node:crypto';
import type { Answer } from './exchange';
import { inboxScript } from './inbox-script';
import { inboxStyle } from './inbox-style';

/** `GET /`, also `/?phone=13800000000` for one number. Addresses in it are relative, so it may stand behind a proxy. */
export function inboxPage(): Answer {
  const nonce = randomBytes(16).toString('base64');
  return {
    status: 200,
    headers: { 'content-security-policy': `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'; connect-src 'self'; base-uri 'none'; form-action 'self'` },
    html: `<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="color-scheme" content="light">
<title>短信收件箱（模拟）</title>
<style nonce="${nonce}">${inboxStyle}</style>
</head>
<body>
<div class="frame">
  <aside class="side">
    <header class="top">
      <div>
        <h1>短信收件箱</h1>
        <p class="sub">模拟网关，不会真的发出</p>
      </div>
      <p class="clock"><span>演示时间</span><time id="now">--:--</time></p>
    </header>
    <form class="search" id="search" role="search">
      <input id="phone" name="phone" inputmode="numeric" autocomplete="off" maxlength="11" placeholder="按手机号码查看" aria-label="手机号码">
      <button type="submit">查看</button>
    </form>
    <nav class="numbers" id="numbers" aria-label="按号码查看"></nav>
    <section class="mode" aria-labelledby="mode-title">
      <h2 id="mode-title">以后的短信</h2>
      <div class="segments" id="modes" role="group" aria-labelledby="mode-title"></div>
      <p class="hint" id="mode-hint"></p>
    </section>
  </aside>
  <main>
    <p class="offline" id="offline" role="status" hidden>连接不上模拟网关，正在重试…</p>
    <ol class="list" id="list" aria-label="收到的消息"></ol>
    <div class="empty" id="empty" hidden>
      <div class="empty-icon" aria-hidden="true"></div>
      <p id="empty-title">还没有收到短信</p>
      <p class="sub">获取验证码或轮到选房后，短信会出现在这里。</p>
    </div>
  </main>
</div>
<div class="sr" id="announce" aria-live="polite"></div>
<script nonce="${nonce}">${inboxScript}</script>
</body>
</html>`,
  };
}
