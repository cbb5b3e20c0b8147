import type { Translation } from '@/i18n/resources'
import type en from './messages.en'

export default {
  canvas: 'फ़्लो का चित्र',
  keys: 'तीर कुंजियों से एक चरण से दूसरे पर जाएँ।',
  moveKeys: 'Alt के साथ तीर कुंजी चरण को हटाकर आगे-पीछे रखती है।',
  removeKeys: 'Delete उसे मिटाती है।',
  trigger: 'लीड ली जाती है',
  end: 'समाप्त',
  add: 'स्थान {{number}} पर चरण जोड़ें',
  addHere: 'यहाँ चरण जोड़ें',
  remove: 'चरण {{number}} मिटाएँ: {{name}}',
  step: 'चरण {{number}}',
  otherwise: 'नहीं तो',
  state: { will_run: 'चलेगा', skipped: 'छोड़ा गया', running: 'चालू', success: 'हो गया', failed: 'विफल', pending: 'आगे आएगा' },
  call: {
    answered: 'अगर पिछली कॉल उठाई गई',
    missed: 'अगर पिछली कॉल छूट गई',
    failed: 'अगर पिछली कॉल विफल रही',
    not_answered: 'अगर पिछली कॉल का जवाब नहीं मिला',
    voicemail: 'अगर पिछली कॉल वॉइसमेल पर गई',
    busy: 'अगर पिछली कॉल व्यस्त मिली',
    no_answer: 'अगर पिछली कॉल किसी ने नहीं उठाई',
  },
  before: { success: 'अगर पिछला चरण सफल रहा', failed: 'अगर पिछला चरण विफल रहा', skipped: 'अगर पिछला चरण छोड़ा गया' },
  unknown: 'अगर {{type}} {{value}} हो',
} satisfies Translation<typeof en>
