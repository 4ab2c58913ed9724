export const sharing = {
  'card.joined.by': '已加入 {name} 在 {ago}前发起的检查',
  'card.joined.colleague': '已加入一位同事在 {ago}前发起的检查',
  'card.offered.by': '这是 {ago}前给 {name} 的答案；点“再次运行”会重新查',
  'card.offered.colleague': '这是 {ago}前给一位同事的答案；点“再次运行”会重新查',
} as const;
