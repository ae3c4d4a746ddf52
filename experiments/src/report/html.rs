//! The little HTML that the report needs.

const STYLE: &str = "\
body{font-family:system-ui,sans-serif;margin:2em auto;max-width:1320px;padding:0 1em;color:#222}\
table{border-collapse:collapse;margin:1em 0}th,td{border-bottom:1px solid #ccc;padding:.3em .7em;text-align:left;vertical-align:top}\
th{background:#f2f4f7}svg{max-width:100%;height:auto;border:1px solid #ddd;margin:.4em 0}\
summary{cursor:pointer;font-weight:bold;padding:.3em 0}\
.good{color:#17692f;font-weight:bold}.unsure{color:#9a5b00;font-weight:bold}.bad{color:#b00020;font-weight:bold}";

/// A page that grows from the top down.
pub(super) struct Page {
    body: String,
}

impl Page {
    pub(super) fn new(title: &str) -> Self {
        let title = escape(title);
        Self {
            body: format!(
                "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
                 <meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title>\
                 <style>{STYLE}</style></head><body>\n<h1>{title}</h1>\n"
            ),
        }
    }

    pub(super) fn heading(&mut self, text: &str) {
        self.body.push_str(&format!("<h2>{}</h2>\n", escape(text)));
    }

    /// `html` is not escaped.
    pub(super) fn paragraph(&mut self, html: &str) {
        self.body.push_str(&format!("<p>{html}</p>\n"));
    }

    /// Cells are not escaped.
    pub(super) fn table(&mut self, columns: &[&str], rows: &[Vec<String>]) {
        self.body.push_str("<table><thead><tr>");
        for column in columns {
            self.body.push_str(&format!("<th>{}</th>", escape(column)));
        }
        self.body.push_str("</tr></thead><tbody>\n");
        for row in rows {
            self.body.push_str("<tr>");
            for cell in row {
                self.body.push_str(&format!("<td>{cell}</td>"));
            }
            self.body.push_str("</tr>\n");
        }
        self.body.push_str("</tbody></table>\n");
    }

    pub(super) fn figure(&mut self, svg: &str) {
        self.body.push_str(&format!("<div>{svg}</div>\n"));
    }

    pub(super) fn details(&mut self, title: &str, text: &str, svg: &str, open: bool) {
        let open = if open { " open" } else { "" };
        let (title, text) = (escape(title), escape(text));
        self.body.push_str(&format!("<details{open}><summary>{title}</summary><p>{text}</p>{svg}</details>\n"));
    }

    pub(super) fn finish(mut self) -> String {
        self.body.push_str("</body></html>\n");
        self.body
    }
}

/// Text that cannot become markup.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            other => out.push(other),
        }
    }
    out
}
