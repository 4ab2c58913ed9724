import type { turn as en } from '../en/turn.ts';

export const turn: Readonly<Record<keyof typeof en, string>> = {
  'turn.looking': '正在查找：{text}',
  'turn.started': '已开始：答案会以新卡片出现在下方。',
  'turn.below': '请看下方的新卡片。',
  'turn.outdated': '这个按钮已经不起作用：它的工作已完成，或有人先按过了。请发一条新消息再问。',
  'turn.unknownButton': '不认识这个按钮。卡片可能来自其他版本；请发一条新消息再问。',
  'turn.failed': 'hopcheck 内部出错，已用编号 {reference} 记入日志。',
};
