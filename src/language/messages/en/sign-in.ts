export const signIn = {
  'signIn.text': 'I ask Azure with your own rights. Sign in once, and your question goes on by itself.',
  'signIn.button': 'Sign in',
  'signIn.summary': 'Sign in to go on',
  'signIn.elsewhere':
    'I ask Azure with your own rights, and nobody can sign in from a channel. I have asked you to in your own chat with me; after that this question goes on by itself, here.',
  'signIn.notInstalled':
    'I ask Azure with your own rights, and nobody can sign in from a channel. Your own chat with me is the place for it, but I am not installed for you: add me under Apps, and I ask you to there. After that this question goes on by itself, here.',
  'signIn.press': 'You have to sign in first; I have asked you to in a new message. After that this goes on by itself.',
  'signIn.pressElsewhere':
    'You have to sign in first; I have asked you to in your own chat with me. After that this goes on by itself.',
  'signIn.pressNotInstalled':
    'You have to sign in first, in your own chat with me, but I am not installed for you: add me under Apps, sign in there, and press again.',
  'signIn.stillLooking': 'I am still looking at what you may see in Azure. Press again in a few seconds.',
  'command.sign-out.summary': 'Forget your sign-in, so that I ask Azure no more with your rights',
  'command.sign-out.usage': 'sign out',
  'command.sign-out.example.1': 'sign out',
  'signOut.done':
    'You are signed out: I ask Azure with your rights again only after you have pressed “Sign in”. A check that is running now may end without a result and ask you to sign in.',
  'signOut.failed':
    'I have forgotten your sign-in, but the sign-in service does not answer and may keep it still. Say “sign out” again in a minute.',
} as const;
