import type { signIn as en } from '../en/sign-in.ts';

export const signIn: Readonly<Record<keyof typeof en, string>> = {
  'signIn.text': '我用您自己的权限查询 Azure。请登录一次，您的问题随后会自动继续。',
  'signIn.button': '登录',
  'signIn.summary': '请登录以继续',
  'signIn.elsewhere':
    '我用您自己的权限查询 Azure，而频道中无法登录。我已在您与我的单独聊天中请您登录；之后这个问题会在这里自动继续。',
  'signIn.notInstalled':
    '我用您自己的权限查询 Azure，而频道中无法登录。登录要在您与我的单独聊天中进行，但您还没有安装我：请在“应用”中添加我，我会在那里请您登录。之后这个问题会在这里自动继续。',
  'signIn.press': '请先登录：我已在新消息中请您登录。之后会自动继续。',
  'signIn.pressElsewhere': '请先登录：我已在您与我的单独聊天中请您登录。之后会自动继续。',
  'signIn.pressNotInstalled':
    '请先在您与我的单独聊天中登录，但您还没有安装我：请在“应用”中添加我，在那里登录，然后再按一次。',
  'signIn.stillLooking': '仍在查看您在 Azure 中有权看到的内容。请几秒后再按一次。',
  'command.sign-out.summary': '忘掉您的登录，不再用您的权限查询 Azure',
  'command.sign-out.usage': '退出登录',
  'command.sign-out.example.1': '退出登录',
  'signOut.done':
    '您已退出登录：在您再次点击“登录”之前，我不会用您的权限查询 Azure。正在进行的检查可能没有结果，并请您重新登录。',
  'signOut.failed': '我已忘掉您的登录，但登录服务没有响应，可能仍保留着它。请一分钟后再说一次“退出登录”。',
};
