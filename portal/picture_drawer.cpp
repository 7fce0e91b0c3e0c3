// SPDX-License-Identifier: GPL-2.0-or-later
#include "portal/picture_drawer.h"

#include "base/log.h"

#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <utility>

namespace gds {

namespace {

// What costs about as much as waking a thread twice is drawn at once.
constexpr std::int64_t k_little_pixels = 256 * 256;

} // namespace

PictureDrawer::PictureDrawer(DesktopPicture& picture, OnDrawn on_drawn)
    : picture_(picture), on_drawn_(std::move(on_drawn))
{}

void PictureDrawer::draw(std::size_t stream, const BufferContent& content, BufferLoan loan)
{
    auto drawing = picture_.begin_pixels(stream, content, [&loan] { return loan.hold(); });
    if (!drawing) {
        loan.set_drawn(); // there is no room for it
        return;
    }
    if (drawing->work() <= k_little_pixels) {
        auto drawn = drawing->run();
        finish(*drawing, std::move(drawn), std::move(loan));
        return;
    }
    busy_ = true;
    scope_->spawn(draw_apart(std::make_shared<DesktopPicture::Drawing>(std::move(*drawing)),
                             std::move(loan)));
}

void PictureDrawer::cancel()
{
    scope_ = std::make_unique<TaskScope>();
    busy_ = false;
}

Task<> PictureDrawer::draw_apart(std::shared_ptr<DesktopPicture::Drawing> drawing, BufferLoan loan)
{
    auto job = [drawing, lease = loan.lease()] {
        std::optional<DesktopPicture::Drawing::Drawn> drawn;
        lease->read([&] { drawn = drawing->run(); });
        return drawn;
    };
    std::optional<DesktopPicture::Drawing::Drawn> drawn;
    try {
        drawn = co_await worker_.run(std::move(job));
    } catch (const std::exception& error) {
        log_warning(std::string{"a picture was lost: "} + error.what());
    }
    if (drawn) {
        finish(*drawing, std::move(*drawn), std::move(loan));
    } else {
        {
            const BufferLoan returned = std::move(loan); // so that the next one can come
        }
        busy_ = false;
        on_drawn_(drawing->stream, nullptr);
    }
}

void PictureDrawer::finish(DesktopPicture::Drawing& drawing, DesktopPicture::Drawing::Drawn drawn,
                           BufferLoan loan)
{
    const std::size_t stream = drawing.stream;
    auto frame = picture_.end_pixels(drawing, std::move(drawn));
    loan.set_drawn();
    {
        // Now, and not after what the frame sets off: this buffer, and that of the frame before.
        const BufferLoan returned = std::move(loan);
        const DesktopPicture::Drawing ended = std::exchange(drawing, {});
    }
    busy_ = false;
    on_drawn_(stream, std::move(frame));
}

} // namespace gds
