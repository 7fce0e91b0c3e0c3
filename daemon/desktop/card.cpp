// SPDX-License-Identifier: GPL-2.0-or-later
#include "desktop/card.h"

#include <algorithm>
#include <memory>
#include <new>
#include <string_view>

#include <cairo.h>
#include <glib.h>
#include <pango/pangocairo.h>

namespace gds {

namespace {

// Much more than the largest card holds, little enough to lay out at once.
constexpr std::size_t k_max_text = 2000;
constexpr double k_smallest_font = 8.0;
constexpr double k_largest_font = 56.0;

struct Grey {
    double level;
};
// The dark window and its text in GNOME's own style.
constexpr Grey k_background{0x24 / 255.0};
constexpr Grey k_title_text{1.0};
constexpr Grey k_sentence_text{0xd0 / 255.0};

template <auto Function>
struct Release {
    template <typename T>
    void operator()(T* object) const
    {
        Function(object);
    }
};
using SurfacePtr = std::unique_ptr<cairo_surface_t, Release<cairo_surface_destroy>>;
using CairoPtr = std::unique_ptr<cairo_t, Release<cairo_destroy>>;
using FontOptionsPtr = std::unique_ptr<cairo_font_options_t, Release<cairo_font_options_destroy>>;
using FontMapPtr = std::unique_ptr<PangoFontMap, Release<g_object_unref>>;
using ContextPtr = std::unique_ptr<PangoContext, Release<g_object_unref>>;
using LayoutPtr = std::unique_ptr<PangoLayout, Release<g_object_unref>>;
using FontPtr = std::unique_ptr<PangoFontDescription, Release<pango_font_description_free>>;
using TextPtr = std::unique_ptr<char, Release<g_free>>;

void set_source(cairo_t* cairo, Grey grey)
{
    cairo_set_source_rgb(cairo, grey.level, grey.level, grey.level);
}

ContextPtr new_context(cairo_t* cairo, PangoFontMap* fonts)
{
    ContextPtr context{pango_font_map_create_context(fonts)};
    pango_cairo_update_context(cairo, context.get());
    return context;
}

LayoutPtr new_layout(PangoContext* context, const std::string& text, int width)
{
    LayoutPtr layout{pango_layout_new(context)};
    const std::string_view head = std::string_view{text}.substr(0, k_max_text);
    const TextPtr valid{g_utf8_make_valid(head.data(), static_cast<gssize>(head.size()))};
    pango_layout_set_text(layout.get(), valid.get(), -1);
    pango_layout_set_width(layout.get(), width * PANGO_SCALE);
    pango_layout_set_wrap(layout.get(), PANGO_WRAP_WORD_CHAR);
    pango_layout_set_alignment(layout.get(), PANGO_ALIGN_CENTER);
    return layout;
}

void set_font(PangoLayout* layout, double pixels, PangoWeight weight)
{
    const FontPtr font{pango_font_description_from_string("Cantarell,Adwaita Sans,Sans")};
    pango_font_description_set_weight(font.get(), weight);
    pango_font_description_set_absolute_size(font.get(), pixels * PANGO_SCALE);
    pango_layout_set_font_description(layout, font.get());
}

int height_of(PangoLayout* layout)
{
    int height = 0;
    pango_layout_get_pixel_size(layout, nullptr, &height);
    return height;
}

// Both texts below each other, centred, in the largest letters that fit and still look like a
// sentence on a card.
class CardText {
public:
    CardText(cairo_t* cairo, Size size, const std::string& title, const std::string& sentence)
        : cairo_(cairo), size_(size), margin_(std::max(2, std::min(size.width, size.height) / 16)),
          fonts_(pango_cairo_font_map_new()), context_(new_context(cairo, fonts_.get())),
          title_(new_layout(context_.get(), title, inner_width())),
          sentence_(new_layout(context_.get(), sentence, inner_width())), has_title_(!title.empty())
    {
        double font = std::clamp(std::min(size.width / 36.0, size.height / 20.0), k_smallest_font,
                                 k_largest_font);
        set_sizes(font);
        while (total_height() > inner_height() && font > k_smallest_font) {
            font = std::max(k_smallest_font, font * 0.9);
            set_sizes(font);
        }
        if (total_height() > inner_height()) {
            cut_short();
        }
    }

    void draw() const
    {
        double y = std::max(margin_, (size_.height - total_height()) / 2);
        if (has_title_) {
            show(title_.get(), k_title_text, y);
            y += height_of(title_.get()) + gap_;
        }
        show(sentence_.get(), k_sentence_text, y);
    }

private:
    int inner_width() const { return std::max(1, size_.width - 2 * margin_); }
    int inner_height() const { return std::max(1, size_.height - 2 * margin_); }

    void set_sizes(double font)
    {
        gap_ = static_cast<int>(font * 0.75);
        set_font(title_.get(), std::max(font, std::min(font * 1.5, size_.width / 12.0)),
                 PANGO_WEIGHT_BOLD);
        set_font(sentence_.get(), font, PANGO_WEIGHT_NORMAL);
    }

    int total_height() const
    {
        const int title = has_title_ ? height_of(title_.get()) + gap_ : 0;
        return title + height_of(sentence_.get());
    }

    // Even the smallest letters do not fit: the title keeps one line, the sentence what is left.
    void cut_short()
    {
        gap_ = 1;
        pango_layout_set_height(title_.get(), -1);
        pango_layout_set_ellipsize(title_.get(), PANGO_ELLIPSIZE_END);
        const int title = has_title_ ? height_of(title_.get()) + gap_ : 0;
        const int left = std::max(1, inner_height() - title);
        pango_layout_set_height(sentence_.get(), left * PANGO_SCALE);
        pango_layout_set_ellipsize(sentence_.get(), PANGO_ELLIPSIZE_END);
    }

    void show(PangoLayout* layout, Grey grey, double y) const
    {
        set_source(cairo_, grey);
        cairo_move_to(cairo_, margin_, y);
        pango_cairo_show_layout(cairo_, layout);
    }

    cairo_t* cairo_;
    Size size_;
    int margin_;
    // Its own, so that the fonts go when the card is drawn: cards are rare, and Pango's default map
    // keeps what it has loaded for each thread.
    FontMapPtr fonts_;
    ContextPtr context_;
    LayoutPtr title_;
    LayoutPtr sentence_;
    bool has_title_;
    int gap_ = 0;
};

void draw(cairo_t* cairo, Size size, const std::string& title, const std::string& sentence)
{
    set_source(cairo, k_background);
    cairo_paint(cairo);

    // The same pixels whatever the desktop prefers, and no coloured fringes for the encoders.
    const FontOptionsPtr options{cairo_font_options_create()};
    cairo_font_options_set_antialias(options.get(), CAIRO_ANTIALIAS_GRAY);
    cairo_font_options_set_hint_style(options.get(), CAIRO_HINT_STYLE_SLIGHT);
    cairo_font_options_set_hint_metrics(options.get(), CAIRO_HINT_METRICS_ON);
    cairo_set_font_options(cairo, options.get());

    CardText(cairo, size, title, sentence).draw();
}

} // namespace

FramePtr draw_card(Size size, const std::string& title, const std::string& sentence,
                   std::uint64_t serial)
{
    auto frame = std::make_shared<Frame>(
        Size{std::clamp(size.width, 1, k_max_side), std::clamp(size.height, 1, k_max_side)});
    // RGB24 is a Frame's own layout: 32-bit native words, the top octet unused.
    const SurfacePtr surface{cairo_image_surface_create_for_data(
        reinterpret_cast<unsigned char*>(frame->pixels.data()), CAIRO_FORMAT_RGB24,
        frame->size.width, frame->size.height, frame->stride * 4)};
    const CairoPtr cairo{cairo_create(surface.get())};
    draw(cairo.get(), frame->size, title, sentence);
    cairo_surface_flush(surface.get());
    if (cairo_status(cairo.get()) == CAIRO_STATUS_NO_MEMORY) {
        throw std::bad_alloc{};
    }
    frame->damage = Rect::of(frame->size);
    frame->serial = serial;
    return frame;
}

} // namespace gds
