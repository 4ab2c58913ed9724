export const history = {
  'card.history.changed': '与上一次相比：{changes}',
  'card.history.open': '打开第 {number} 条',
  'card.history.older': '更早的',
  'card.history.newest': '最新的',
  'card.history.json': 'JSON',
  'card.history.csv': 'CSV',
  'card.history.back': '返回列表',
  'card.history.export': '至今的检查（{format}）',
  'card.history.exportAll': '{shown, plural, =0 {没有可以导出的内容。} other {全部 # 次检查，最新的在前，可复制。}}',
  'card.history.exportSome':
    '最新的 {shown} 次检查，可复制。更早的没有列出，因为一条消息放不下：可以缩小范围，例如“历史 db0 端口 80”，或者从更早的一页导出。',
} as const;
