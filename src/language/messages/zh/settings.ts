export const settings = {
  'settings.answers.thread': '答案发在提问所在的帖子里。',
  'settings.answers.channel': '答案作为新帖子发到频道里。',
  'settings.answers.none': '这里没有帖子：请在频道里设置。',
  'settings.language.auto': '每条答案使用提问者应用的语言。',
  'settings.language.en': '这里的答案都用英文。',
  'settings.language.zh': '这里的答案都用中文。',
  'settings.how.channel':
    '可以这样改：设置 回答 线程、设置 回答 频道、设置 语言 英文、设置 语言 中文、设置 语言 自动。',
  'settings.how.chat': '可以这样改：设置 语言 英文、设置 语言 中文、设置 语言 自动。',
  'command.settings.summary': '设置这个会话里答案发在哪里、用什么语言',
  'command.settings.usage': '设置 [回答 线程|频道] [语言 中文|英文|自动]',
  'command.settings.example.1': '设置 语言 中文',
  'command.settings.example.2': '设置 回答 频道',
  'command.settings.example.3': '设置',
} as const;
