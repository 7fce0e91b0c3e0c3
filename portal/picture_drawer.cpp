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
    auto drawing = picture_.begin_pixels(stream, content);
    if (!drawing) {
        loan.set_drawn(); // there is no room for it
        return;
    }
    if (drawing->touched.area() <= k_little_pixels) {
        const Region damage = drawing->run();
        finish(*drawing, damage, std::move(loan));
        return;
    }
    busy_ = true;
    scope_->spawn(draw_apart(std::move(*drawing), std::move(loan)));
}

void PictureDrawer::cancel()
{
    scope_ = std::make_unique<TaskScope>();
    busy_ = false;
}

Task<> PictureDrawer::draw_apart(DesktopPicture::Drawing drawing, BufferLoan loan)
{
    auto job = [drawing, lease = loan.lease()] {
        std::optional<Region> damage;
        lease->read([&] { damage = drawing.run(); });
        return damage;
    };
    std::optional<Region> damage;
    try {
        damage = co_await worker_.run(std::move(job));
    } catch (const std::exception& error) {
        log_warning(std::string{"a picture was lost: "} + error.what());
    }
    if (damage) {
        finish(drawing, *damage, std::move(loan));
    } else {
        {
            const BufferLoan returned = std::move(loan); // so that the next one can come
        }
        busy_ = false;
        on_drawn_(drawing.stream, nullptr);
    }
}

void PictureDrawer::finish(const DesktopPicture::Drawing& drawing, const Region& damage,
                           BufferLoan loan)
{
    auto frame = picture_.end_pixels(drawing, damage);
    loan.set_drawn();
    {
        const BufferLoan returned = std::move(loan); // now, and not after what the frame sets off
    }
    busy_ = false;
    on_drawn_(drawing.stream, std::move(frame));
}

} // namespace gds
