import type { turn as en } from '../en/turn.ts';

export const turn: Readonly<Record<keyof typeof en, string>> = {
  'turn.looking': '正在查找：{text}',
  'turn.started': '已开始：答案会以新卡片出现在下方。',
  'turn.nothingYet': '这里还没有问过什么，没有可以再问一次的。',
  'turn.cancelled':
    '{count, plural, =0 {这里没有您正在运行的检查。} other {已不再等待您的 # 个问题；各自的卡片上有说明。}}',
  'turn.source.set': '本会话中没有写明源的检查，从 {name}（{place}）出发。',
  'turn.source.is': '本会话中没有写明源的检查，从 {name} 出发。',
  'turn.source.none': '本会话没有默认源：每次检查都要写明源。',
  'turn.source.how': '设定：使用 {name} 作为源。取消：使用 无。',
  'turn.below': '请看下方的新卡片。',
  'turn.outdated': '这个按钮已经不起作用：它的工作已完成，或有人先按过了。请发一条新消息再问。',
  'turn.unknownButton': '不认识这个按钮。卡片可能来自其他版本；请发一条新消息再问。',
  'turn.failed': 'hopcheck 内部出错，已用编号 {reference} 记入日志。',
};
