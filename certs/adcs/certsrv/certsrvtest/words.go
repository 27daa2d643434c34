package certsrvtest

// Language is that of the server's pages.
type Language int

// The languages of the pages.
const (
	English Language = iota
	German
	Japanese
)

// words are the texts of the pages, our own.
type words struct {
	title, denied, pending, issued, status, last, success, again, download, lost string
	// number and message hold one verb each, and withdrawn says that a page is about something else.
	number, message, withdrawn string
	// refusal is how the authority words a refusal; empty means its own words.
	refusal, submission string
}

func wordsOf(l Language) words {
	switch l {
	case German:
		return words{
			title: "Zertifikatdienste", denied: "Ihre Anforderung wurde abgelehnt.", pending: "Ihre Anforderung ist eingegangen und wartet.",
			issued: "Das Zertifikat wurde ausgestellt.", status: "Meldung", last: "Letzter Zustand", success: "Der Vorgang war erfolgreich.",
			again: "Kommen Sie innerhalb von 10 Tagen wieder.", download: "Zertifikat laden", lost: "Die Anforderung ist gescheitert.",
			number: "Ihre Anforderung hat die Nummer %s.", message: `Die Meldung lautet "%s".`, withdrawn: "Wartungsarbeiten bis 17 Uhr",
			refusal: "Vom Richtlinienmodul verweigert", submission: "Zur Entscheidung angenommen",
		}
	case Japanese:
		return words{
			title: "証明書サービス", denied: "要求は拒否されました。", pending: "要求を受け付けました。承認をお待ちください。",
			issued: "証明書が発行されました。", status: "処理の内容", last: "最後の状態", success: "操作は正常に終わりました。",
			again: "10 日以内にもう一度来てください。", download: "証明書を受け取る", lost: "要求は失敗しました。",
			number: "要求番号は %s です。", message: `内容は "%s" です。`, withdrawn: "17 時まで休止します",
			refusal: "ポリシーにより拒否", submission: "審査中",
		}
	default:
		return words{
			title: "Certificate Services", denied: "The authority has refused your request.", pending: "Your request was taken in and waits.",
			issued: "Here is your certificate.", status: "What became of it", last: "Last result", success: "All went well.",
			again: "Come back within 10 days.", download: "Get the certificate", lost: "The request came to nothing.",
			number: "Your request has number %s.", message: `The authority says "%s".`, withdrawn: "Closed until 17 o'clock",
			submission: "Waits for a decision",
		}
	}
}
