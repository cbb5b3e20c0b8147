package mail

import "github.com/emersion/go-sasl"

// login is the server's side of AUTH LOGIN.
type login struct {
	check    func(username, password string) error
	asked    int
	username string
}

var _ sasl.Server = (*login)(nil)

// Next asks for the username, then for the password. A client may give the
// username with the command.
func (l *login) Next(response []byte) (challenge []byte, done bool, err error) {
	if l.asked == 0 && response == nil {
		l.asked = 1
		return []byte("Username:"), false, nil
	}
	if l.asked <= 1 {
		l.username, l.asked = string(response), 2
		return []byte("Password:"), false, nil
	}
	return nil, true, l.check(l.username, string(response))
}
