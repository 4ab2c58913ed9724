export const settings = {
  'settings.answers.thread': 'Answers come in the thread of the question.',
  'settings.answers.channel': 'Answers come as new posts in the channel.',
  'settings.answers.none': 'There are no threads here: that can be set in a channel.',
  'settings.language.auto': 'Each answer is in the language of the person’s app.',
  'settings.language.en': 'All answers here are in English.',
  'settings.language.zh': 'All answers here are in Chinese.',
  'settings.how.channel':
    'Change it with: settings answers thread, settings answers channel, settings language en, settings language zh, settings language auto.',
  'settings.how.chat': 'Change it with: settings language en, settings language zh, settings language auto.',
  'command.settings.summary': 'Say where answers come in this conversation, and in which language',
  'command.settings.usage': 'settings [answers thread|channel] [language en|zh|auto]',
  'command.settings.example.1': 'settings language zh',
  'command.settings.example.2': 'settings answers channel',
  'command.settings.example.3': 'settings',
} as const;
