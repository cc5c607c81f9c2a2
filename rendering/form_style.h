// The style sheet of the form's page.
#pragma once

namespace trellis::rendering {

// CSS for screens, light and dark, and for A4 landscape. Text keeps a contrast of at least 4.5 to 1
// in both (WCAG 2.2, 1.4.3). Holds no `<` and loads nothing.
extern const char kFormStyle[];

}  // namespace trellis::rendering
